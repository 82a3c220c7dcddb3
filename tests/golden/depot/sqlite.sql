-- CreateTable
CREATE TABLE "Region" (
    "code" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT
);

-- CreateTable
CREATE TABLE "Depot" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "regionCode" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Shelf" (
    "depotId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "height" INTEGER NOT NULL DEFAULT 0,

    PRIMARY KEY ("depotId", "number")
);

-- CreateTable
CREATE TABLE "Item" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "depotId" INTEGER,
    "shelfNumber" INTEGER,
    "updatedAt" DATETIME NOT NULL,
    "deletedAt" DATETIME
);

-- CreateTable
CREATE TABLE "Part" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "itemId" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "Keeper" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "depotId" INTEGER
);

-- CreateTable
CREATE TABLE "Label" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "text" TEXT NOT NULL DEFAULT ''
);

-- CreateTable
CREATE TABLE "_DepotToLabel" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "Region_name_key" ON "Region"("name");

-- CreateIndex
CREATE INDEX "Depot_regionCode_idx" ON "Depot"("regionCode");

-- CreateIndex
CREATE INDEX "Item_depotId_shelfNumber_idx" ON "Item"("depotId", "shelfNumber");

-- CreateIndex
CREATE INDEX "Part_itemId_idx" ON "Part"("itemId");

-- CreateIndex
CREATE UNIQUE INDEX "Keeper_depotId_key" ON "Keeper"("depotId");

-- CreateIndex
CREATE UNIQUE INDEX "_DepotToLabel_AB_unique" ON "_DepotToLabel"("A", "B");

-- CreateIndex
CREATE INDEX "_DepotToLabel_B_index" ON "_DepotToLabel"("B");

-- CreateTable
CREATE TABLE IF NOT EXISTS "_tenon_audit" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    "table" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "actor" TEXT,
    "reason" TEXT,
    "context" TEXT,
    "before" TEXT,
    "after" TEXT
);

-- CreateIndex
CREATE INDEX IF NOT EXISTS "_tenon_audit_table_key_id_idx" ON "_tenon_audit"("table", "key", "id");

-- CreateTable
CREATE TABLE IF NOT EXISTS "_tenon_note" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "actor" TEXT,
    "reason" TEXT,
    "context" TEXT
);

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Shelf_create" AFTER INSERT ON "Shelf"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Shelf', json_object('depotId', NEW."depotId", 'number', NEW."number"), 'create',
        NULL,
        json_object('depotId', NEW."depotId",
            'number', NEW."number",
            'height', NEW."height")
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Shelf_update" AFTER UPDATE ON "Shelf"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Shelf', json_object('depotId', OLD."depotId", 'number', OLD."number"), 'update',
        json_object('depotId', OLD."depotId",
            'number', OLD."number",
            'height', OLD."height"),
        json_object('depotId', NEW."depotId",
            'number', NEW."number",
            'height', NEW."height")
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Shelf_delete" AFTER DELETE ON "Shelf"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Shelf', json_object('depotId', OLD."depotId", 'number', OLD."number"), 'delete',
        json_object('depotId', OLD."depotId",
            'number', OLD."number",
            'height', OLD."height"),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;
