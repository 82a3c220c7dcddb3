-- CreateTable
CREATE TABLE "Genre" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Book" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "genreId" INTEGER,
    "embedding" BLOB,
    CONSTRAINT "Book_genreId_fkey" FOREIGN KEY ("genreId") REFERENCES "Genre" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Sketch" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "lines" BLOB NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "Book_title_key" ON "Book"("title");

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
CREATE TRIGGER "_tenon_audit_Book_create" AFTER INSERT ON "Book"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Book', json_object('id', NEW."id"), 'create',
        NULL,
        json_object('id', NEW."id",
            'title', NEW."title",
            'genreId', NEW."genreId",
            'embedding', iif(NEW."embedding" IS NULL, NULL, '\x' || lower(hex(NEW."embedding"))))
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Book_update" AFTER UPDATE ON "Book"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Book', json_object('id', OLD."id"), 'update',
        json_object('id', OLD."id",
            'title', OLD."title",
            'genreId', OLD."genreId",
            'embedding', iif(OLD."embedding" IS NULL, NULL, '\x' || lower(hex(OLD."embedding")))),
        json_object('id', NEW."id",
            'title', NEW."title",
            'genreId', NEW."genreId",
            'embedding', iif(NEW."embedding" IS NULL, NULL, '\x' || lower(hex(NEW."embedding"))))
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Book_delete" AFTER DELETE ON "Book"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Book', json_object('id', OLD."id"), 'delete',
        json_object('id', OLD."id",
            'title', OLD."title",
            'genreId', OLD."genreId",
            'embedding', iif(OLD."embedding" IS NULL, NULL, '\x' || lower(hex(OLD."embedding")))),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;
