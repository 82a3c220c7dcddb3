-- CreateTable
CREATE TABLE "Voucher" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "code" TEXT NOT NULL,
    "amount" INTEGER,
    "rest" BIGINT NOT NULL DEFAULT 0,
    "rank" TEXT NOT NULL DEFAULT 'LOW',
    "labels" TEXT,
    "giver" TEXT,
    "stamp" BLOB
);

-- CreateTable
CREATE TABLE "Account" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "iban" TEXT NOT NULL,
    "owner_name" TEXT NOT NULL,
    "pin" TEXT,
    "rank" TEXT NOT NULL DEFAULT 'LOW',
    "balance" DECIMAL NOT NULL DEFAULT 0,
    "big" BIGINT NOT NULL DEFAULT 0,
    "rate" REAL NOT NULL DEFAULT 0,
    "isOpen" BOOLEAN NOT NULL DEFAULT true,
    "opened" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "day" TEXT,
    "code" TEXT,
    "blob" BLOB,
    "settings" JSONB,
    "labels" TEXT,
    "numbers" TEXT,
    "closedAt" DATETIME,
    "version" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "entries" (
    "accountId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    PRIMARY KEY ("accountId", "number"),
    CONSTRAINT "entries_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Tariff" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "percent" REAL NOT NULL,
    "old" BOOLEAN NOT NULL DEFAULT false
);

-- CreateIndex
CREATE UNIQUE INDEX "Account_iban_key" ON "Account"("iban");

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
CREATE TRIGGER "_tenon_audit_Account_create" AFTER INSERT ON "Account"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Account', json_object('id', NEW."id"), 'create',
        NULL,
        json_object('id', NEW."id",
            'iban', NEW."iban",
            'owner_name', NEW."owner_name",
            'rank', NEW."rank",
            'balance', NEW."balance",
            'big', NEW."big",
            'rate', iif(abs(NEW."rate") < 9e999, json(printf('%!.17g', NEW."rate")), CAST(NEW."rate" AS TEXT)),
            'isOpen', CASE NEW."isOpen" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'opened', NEW."opened",
            'day', NEW."day",
            'code', NEW."code",
            'blob', iif(NEW."blob" IS NULL, NULL, '\x' || lower(hex(NEW."blob"))),
            'settings', iif(json_valid(NEW."settings"), json(NEW."settings"), NEW."settings"),
            'labels', iif(json_valid(NEW."labels"), json(NEW."labels"), NEW."labels"),
            'numbers', iif(json_valid(NEW."numbers"), json(NEW."numbers"), NEW."numbers"),
            'closedAt', NEW."closedAt",
            'version', NEW."version")
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Account_update" AFTER UPDATE ON "Account"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Account', json_object('id', OLD."id"), CASE (NEW."closedAt" IS NOT NULL) - (OLD."closedAt" IS NOT NULL) WHEN 1 THEN 'delete' WHEN -1 THEN 'restore' ELSE 'update' END,
        json_object('id', OLD."id",
            'iban', OLD."iban",
            'owner_name', OLD."owner_name",
            'rank', OLD."rank",
            'balance', OLD."balance",
            'big', OLD."big",
            'rate', iif(abs(OLD."rate") < 9e999, json(printf('%!.17g', OLD."rate")), CAST(OLD."rate" AS TEXT)),
            'isOpen', CASE OLD."isOpen" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'opened', OLD."opened",
            'day', OLD."day",
            'code', OLD."code",
            'blob', iif(OLD."blob" IS NULL, NULL, '\x' || lower(hex(OLD."blob"))),
            'settings', iif(json_valid(OLD."settings"), json(OLD."settings"), OLD."settings"),
            'labels', iif(json_valid(OLD."labels"), json(OLD."labels"), OLD."labels"),
            'numbers', iif(json_valid(OLD."numbers"), json(OLD."numbers"), OLD."numbers"),
            'closedAt', OLD."closedAt",
            'version', OLD."version"),
        json_object('id', NEW."id",
            'iban', NEW."iban",
            'owner_name', NEW."owner_name",
            'rank', NEW."rank",
            'balance', NEW."balance",
            'big', NEW."big",
            'rate', iif(abs(NEW."rate") < 9e999, json(printf('%!.17g', NEW."rate")), CAST(NEW."rate" AS TEXT)),
            'isOpen', CASE NEW."isOpen" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'opened', NEW."opened",
            'day', NEW."day",
            'code', NEW."code",
            'blob', iif(NEW."blob" IS NULL, NULL, '\x' || lower(hex(NEW."blob"))),
            'settings', iif(json_valid(NEW."settings"), json(NEW."settings"), NEW."settings"),
            'labels', iif(json_valid(NEW."labels"), json(NEW."labels"), NEW."labels"),
            'numbers', iif(json_valid(NEW."numbers"), json(NEW."numbers"), NEW."numbers"),
            'closedAt', NEW."closedAt",
            'version', NEW."version")
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Account_delete" AFTER DELETE ON "Account"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Account', json_object('id', OLD."id"), 'purge',
        json_object('id', OLD."id",
            'iban', OLD."iban",
            'owner_name', OLD."owner_name",
            'rank', OLD."rank",
            'balance', OLD."balance",
            'big', OLD."big",
            'rate', iif(abs(OLD."rate") < 9e999, json(printf('%!.17g', OLD."rate")), CAST(OLD."rate" AS TEXT)),
            'isOpen', CASE OLD."isOpen" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'opened', OLD."opened",
            'day', OLD."day",
            'code', OLD."code",
            'blob', iif(OLD."blob" IS NULL, NULL, '\x' || lower(hex(OLD."blob"))),
            'settings', iif(json_valid(OLD."settings"), json(OLD."settings"), OLD."settings"),
            'labels', iif(json_valid(OLD."labels"), json(OLD."labels"), OLD."labels"),
            'numbers', iif(json_valid(OLD."numbers"), json(OLD."numbers"), OLD."numbers"),
            'closedAt', OLD."closedAt",
            'version', OLD."version"),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_entries_create" AFTER INSERT ON "entries"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'entries', json_object('accountId', NEW."accountId", 'number', NEW."number"), 'create',
        NULL,
        json_object('accountId', NEW."accountId",
            'number', NEW."number",
            'text', NEW."text")
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_entries_update" AFTER UPDATE ON "entries"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'entries', json_object('accountId', OLD."accountId", 'number', OLD."number"), 'update',
        json_object('accountId', OLD."accountId",
            'number', OLD."number",
            'text', OLD."text"),
        json_object('accountId', NEW."accountId",
            'number', NEW."number",
            'text', NEW."text")
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_entries_delete" AFTER DELETE ON "entries"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'entries', json_object('accountId', OLD."accountId", 'number', OLD."number"), 'delete',
        json_object('accountId', OLD."accountId",
            'number', OLD."number",
            'text', OLD."text"),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Tariff_create" AFTER INSERT ON "Tariff"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Tariff', json_object('name', NEW."name"), 'create',
        NULL,
        json_object('name', NEW."name",
            'percent', iif(abs(NEW."percent") < 9e999, json(printf('%!.17g', NEW."percent")), CAST(NEW."percent" AS TEXT)),
            'old', CASE NEW."old" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END)
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Tariff_update" AFTER UPDATE ON "Tariff"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Tariff', json_object('name', OLD."name"), 'update',
        json_object('name', OLD."name",
            'percent', iif(abs(OLD."percent") < 9e999, json(printf('%!.17g', OLD."percent")), CAST(OLD."percent" AS TEXT)),
            'old', CASE OLD."old" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END),
        json_object('name', NEW."name",
            'percent', iif(abs(NEW."percent") < 9e999, json(printf('%!.17g', NEW."percent")), CAST(NEW."percent" AS TEXT)),
            'old', CASE NEW."old" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END)
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Tariff_delete" AFTER DELETE ON "Tariff"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Tariff', json_object('name', OLD."name"), 'delete',
        json_object('name', OLD."name",
            'percent', iif(abs(OLD."percent") < 9e999, json(printf('%!.17g', OLD."percent")), CAST(OLD."percent" AS TEXT)),
            'old', CASE OLD."old" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;
