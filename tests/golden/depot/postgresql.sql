-- CreateTable
CREATE TABLE "Region" (
    "code" TEXT NOT NULL,
    "name" TEXT,

    CONSTRAINT "Region_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "Depot" (
    "id" INTEGER NOT NULL,
    "regionCode" TEXT NOT NULL,

    CONSTRAINT "Depot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Shelf" (
    "depotId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "height" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Shelf_pkey" PRIMARY KEY ("depotId", "number")
);

-- CreateTable
CREATE TABLE "Item" (
    "id" INTEGER NOT NULL,
    "depotId" INTEGER,
    "shelfNumber" INTEGER,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "deletedAt" TIMESTAMP(3),

    CONSTRAINT "Item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Part" (
    "id" INTEGER NOT NULL,
    "itemId" INTEGER NOT NULL,

    CONSTRAINT "Part_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Keeper" (
    "id" INTEGER NOT NULL,
    "depotId" INTEGER,

    CONSTRAINT "Keeper_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Label" (
    "id" INTEGER NOT NULL,
    "text" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "Label_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_DepotToLabel" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_DepotToLabel_AB_pkey" PRIMARY KEY ("A", "B")
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
CREATE INDEX "_DepotToLabel_B_index" ON "_DepotToLabel"("B");

-- CreateTable
CREATE TABLE IF NOT EXISTS "_tenon_audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "table" TEXT NOT NULL,
    "key" JSONB NOT NULL,
    "operation" TEXT NOT NULL,
    "actor" TEXT,
    "reason" TEXT,
    "context" JSONB,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "_tenon_audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX IF NOT EXISTS "_tenon_audit_table_key_id_idx" ON "_tenon_audit"("table", "key", "id");

-- CreateFunction
CREATE OR REPLACE FUNCTION "_tenon_audit"() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    old_row jsonb := to_jsonb(OLD);
    new_row jsonb := to_jsonb(NEW);
    any_row jsonb := coalesce(old_row, new_row);
    was_deleted boolean := coalesce(old_row ->> TG_ARGV[1], 'false') <> 'false';
    is_deleted boolean := coalesce(new_row ->> TG_ARGV[1], 'false') <> 'false';
    row_key jsonb := jsonb_build_object(TG_ARGV[3], any_row -> TG_ARGV[3]);
BEGIN
    FOR i IN 4 .. TG_NARGS - 1 LOOP
        row_key := row_key || jsonb_build_object(TG_ARGV[i], any_row -> TG_ARGV[i]);
    END LOOP;
    INSERT INTO "_tenon_audit"
        ("table", "key", "operation", "actor", "reason", "context", "before", "after")
    VALUES (TG_ARGV[0], row_key,
        CASE WHEN TG_OP = 'INSERT' THEN 'create'
             WHEN TG_OP = 'DELETE' AND TG_ARGV[1] <> '' THEN 'purge'
             WHEN TG_OP = 'DELETE' OR is_deleted AND NOT was_deleted THEN 'delete'
             WHEN was_deleted AND NOT is_deleted THEN 'restore'
             ELSE 'update' END,
        nullif(current_setting('tenon.actor', true), ''),
        nullif(current_setting('tenon.reason', true), ''),
        nullif(current_setting('tenon.context', true), '')::jsonb,
        old_row - TG_ARGV[2]::text[],
        new_row - TG_ARGV[2]::text[]);
    RETURN NULL;
END $$;

-- CreateTrigger
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "Shelf"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('Shelf', '', '{}', 'depotId', 'number');
