-- CreateTable
CREATE TABLE "Station" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Reading" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "stationId" INTEGER,
    "flags" BLOB,
    "smalls" BLOB,
    "counts" BLOB,
    "larges" BLOB,
    "reals" BLOB,
    "values" BLOB,
    "rough" BLOB,
    "notes" BLOB,
    "codes" BLOB,
    "blobs" BLOB,
    "times" BLOB,
    "days" BLOB,
    "clocks" BLOB,
    "checked" BLOB,
    "plain" TEXT,
    CONSTRAINT "Reading_stationId_fkey" FOREIGN KEY ("stationId") REFERENCES "Station" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Station_name_key" ON "Station"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Reading_name_key" ON "Reading"("name");

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
CREATE TRIGGER "_tenon_audit_Reading_create" AFTER INSERT ON "Reading"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Reading', json_object('id', NEW."id"), 'create',
        NULL,
        json_object('id', NEW."id",
            'name', NEW."name",
            'stationId', NEW."stationId",
            'flags', iif(NEW."flags" IS NULL, NULL, '\x' || lower(hex(NEW."flags"))),
            'smalls', iif(NEW."smalls" IS NULL, NULL, '\x' || lower(hex(NEW."smalls"))),
            'counts', iif(NEW."counts" IS NULL, NULL, '\x' || lower(hex(NEW."counts"))),
            'larges', iif(NEW."larges" IS NULL, NULL, '\x' || lower(hex(NEW."larges"))),
            'reals', iif(NEW."reals" IS NULL, NULL, '\x' || lower(hex(NEW."reals"))),
            'values', iif(NEW."values" IS NULL, NULL, '\x' || lower(hex(NEW."values"))),
            'rough', iif(NEW."rough" IS NULL, NULL, '\x' || lower(hex(NEW."rough"))),
            'notes', iif(NEW."notes" IS NULL, NULL, '\x' || lower(hex(NEW."notes"))),
            'codes', iif(NEW."codes" IS NULL, NULL, '\x' || lower(hex(NEW."codes"))),
            'blobs', iif(NEW."blobs" IS NULL, NULL, '\x' || lower(hex(NEW."blobs"))),
            'times', iif(NEW."times" IS NULL, NULL, '\x' || lower(hex(NEW."times"))),
            'days', iif(NEW."days" IS NULL, NULL, '\x' || lower(hex(NEW."days"))),
            'clocks', iif(NEW."clocks" IS NULL, NULL, '\x' || lower(hex(NEW."clocks"))),
            'checked', iif(NEW."checked" IS NULL, NULL, '\x' || lower(hex(NEW."checked"))),
            'plain', iif(json_valid(NEW."plain"), json(NEW."plain"), NEW."plain"))
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Reading_update" AFTER UPDATE ON "Reading"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Reading', json_object('id', OLD."id"), 'update',
        json_object('id', OLD."id",
            'name', OLD."name",
            'stationId', OLD."stationId",
            'flags', iif(OLD."flags" IS NULL, NULL, '\x' || lower(hex(OLD."flags"))),
            'smalls', iif(OLD."smalls" IS NULL, NULL, '\x' || lower(hex(OLD."smalls"))),
            'counts', iif(OLD."counts" IS NULL, NULL, '\x' || lower(hex(OLD."counts"))),
            'larges', iif(OLD."larges" IS NULL, NULL, '\x' || lower(hex(OLD."larges"))),
            'reals', iif(OLD."reals" IS NULL, NULL, '\x' || lower(hex(OLD."reals"))),
            'values', iif(OLD."values" IS NULL, NULL, '\x' || lower(hex(OLD."values"))),
            'rough', iif(OLD."rough" IS NULL, NULL, '\x' || lower(hex(OLD."rough"))),
            'notes', iif(OLD."notes" IS NULL, NULL, '\x' || lower(hex(OLD."notes"))),
            'codes', iif(OLD."codes" IS NULL, NULL, '\x' || lower(hex(OLD."codes"))),
            'blobs', iif(OLD."blobs" IS NULL, NULL, '\x' || lower(hex(OLD."blobs"))),
            'times', iif(OLD."times" IS NULL, NULL, '\x' || lower(hex(OLD."times"))),
            'days', iif(OLD."days" IS NULL, NULL, '\x' || lower(hex(OLD."days"))),
            'clocks', iif(OLD."clocks" IS NULL, NULL, '\x' || lower(hex(OLD."clocks"))),
            'checked', iif(OLD."checked" IS NULL, NULL, '\x' || lower(hex(OLD."checked"))),
            'plain', iif(json_valid(OLD."plain"), json(OLD."plain"), OLD."plain")),
        json_object('id', NEW."id",
            'name', NEW."name",
            'stationId', NEW."stationId",
            'flags', iif(NEW."flags" IS NULL, NULL, '\x' || lower(hex(NEW."flags"))),
            'smalls', iif(NEW."smalls" IS NULL, NULL, '\x' || lower(hex(NEW."smalls"))),
            'counts', iif(NEW."counts" IS NULL, NULL, '\x' || lower(hex(NEW."counts"))),
            'larges', iif(NEW."larges" IS NULL, NULL, '\x' || lower(hex(NEW."larges"))),
            'reals', iif(NEW."reals" IS NULL, NULL, '\x' || lower(hex(NEW."reals"))),
            'values', iif(NEW."values" IS NULL, NULL, '\x' || lower(hex(NEW."values"))),
            'rough', iif(NEW."rough" IS NULL, NULL, '\x' || lower(hex(NEW."rough"))),
            'notes', iif(NEW."notes" IS NULL, NULL, '\x' || lower(hex(NEW."notes"))),
            'codes', iif(NEW."codes" IS NULL, NULL, '\x' || lower(hex(NEW."codes"))),
            'blobs', iif(NEW."blobs" IS NULL, NULL, '\x' || lower(hex(NEW."blobs"))),
            'times', iif(NEW."times" IS NULL, NULL, '\x' || lower(hex(NEW."times"))),
            'days', iif(NEW."days" IS NULL, NULL, '\x' || lower(hex(NEW."days"))),
            'clocks', iif(NEW."clocks" IS NULL, NULL, '\x' || lower(hex(NEW."clocks"))),
            'checked', iif(NEW."checked" IS NULL, NULL, '\x' || lower(hex(NEW."checked"))),
            'plain', iif(json_valid(NEW."plain"), json(NEW."plain"), NEW."plain"))
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Reading_delete" AFTER DELETE ON "Reading"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Reading', json_object('id', OLD."id"), 'delete',
        json_object('id', OLD."id",
            'name', OLD."name",
            'stationId', OLD."stationId",
            'flags', iif(OLD."flags" IS NULL, NULL, '\x' || lower(hex(OLD."flags"))),
            'smalls', iif(OLD."smalls" IS NULL, NULL, '\x' || lower(hex(OLD."smalls"))),
            'counts', iif(OLD."counts" IS NULL, NULL, '\x' || lower(hex(OLD."counts"))),
            'larges', iif(OLD."larges" IS NULL, NULL, '\x' || lower(hex(OLD."larges"))),
            'reals', iif(OLD."reals" IS NULL, NULL, '\x' || lower(hex(OLD."reals"))),
            'values', iif(OLD."values" IS NULL, NULL, '\x' || lower(hex(OLD."values"))),
            'rough', iif(OLD."rough" IS NULL, NULL, '\x' || lower(hex(OLD."rough"))),
            'notes', iif(OLD."notes" IS NULL, NULL, '\x' || lower(hex(OLD."notes"))),
            'codes', iif(OLD."codes" IS NULL, NULL, '\x' || lower(hex(OLD."codes"))),
            'blobs', iif(OLD."blobs" IS NULL, NULL, '\x' || lower(hex(OLD."blobs"))),
            'times', iif(OLD."times" IS NULL, NULL, '\x' || lower(hex(OLD."times"))),
            'days', iif(OLD."days" IS NULL, NULL, '\x' || lower(hex(OLD."days"))),
            'clocks', iif(OLD."clocks" IS NULL, NULL, '\x' || lower(hex(OLD."clocks"))),
            'checked', iif(OLD."checked" IS NULL, NULL, '\x' || lower(hex(OLD."checked"))),
            'plain', iif(json_valid(OLD."plain"), json(OLD."plain"), OLD."plain")),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;
