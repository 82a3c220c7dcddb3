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
CREATE TABLE "Sample" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "flag" BOOLEAN,
    "small" INTEGER,
    "number" INTEGER,
    "big" BIGINT,
    "real" REAL,
    "precise" REAL,
    "price" TEXT,
    "amount" DECIMAL,
    "text" TEXT,
    "label" TEXT,
    "data" JSONB,
    "blob" BLOB,
    "uuid" TEXT,
    "stamp" DATETIME,
    "instant" DATETIME,
    "day" TEXT,
    "clock" TEXT,
    "zoned" TEXT,
    "rank" TEXT,
    "flags" TEXT,
    "numbers" TEXT,
    "bigs" TEXT,
    "precises" TEXT,
    "prices" TEXT,
    "texts" TEXT,
    "documents" TEXT,
    "blobs" TEXT,
    "uuids" TEXT,
    "stamps" TEXT,
    "days" TEXT,
    "ranks" TEXT
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
            'balance', iif(typeof(NEW."balance") = 'real', json(CASE NEW."balance" WHEN CAST(printf('%!.15g', NEW."balance") AS REAL) THEN printf('%!.15g', NEW."balance") WHEN CAST(printf('%!.16g', NEW."balance") AS REAL) THEN printf('%!.16g', NEW."balance") ELSE printf('%!.17g', NEW."balance") END), NEW."balance"),
            'big', NEW."big",
            'rate', iif(abs(NEW."rate") < 9e999, json(printf(iif(abs(NEW."rate") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."rate")), CAST(NEW."rate" AS TEXT)),
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
            'balance', iif(typeof(OLD."balance") = 'real', json(CASE OLD."balance" WHEN CAST(printf('%!.15g', OLD."balance") AS REAL) THEN printf('%!.15g', OLD."balance") WHEN CAST(printf('%!.16g', OLD."balance") AS REAL) THEN printf('%!.16g', OLD."balance") ELSE printf('%!.17g', OLD."balance") END), OLD."balance"),
            'big', OLD."big",
            'rate', iif(abs(OLD."rate") < 9e999, json(printf(iif(abs(OLD."rate") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."rate")), CAST(OLD."rate" AS TEXT)),
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
            'balance', iif(typeof(NEW."balance") = 'real', json(CASE NEW."balance" WHEN CAST(printf('%!.15g', NEW."balance") AS REAL) THEN printf('%!.15g', NEW."balance") WHEN CAST(printf('%!.16g', NEW."balance") AS REAL) THEN printf('%!.16g', NEW."balance") ELSE printf('%!.17g', NEW."balance") END), NEW."balance"),
            'big', NEW."big",
            'rate', iif(abs(NEW."rate") < 9e999, json(printf(iif(abs(NEW."rate") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."rate")), CAST(NEW."rate" AS TEXT)),
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
            'balance', iif(typeof(OLD."balance") = 'real', json(CASE OLD."balance" WHEN CAST(printf('%!.15g', OLD."balance") AS REAL) THEN printf('%!.15g', OLD."balance") WHEN CAST(printf('%!.16g', OLD."balance") AS REAL) THEN printf('%!.16g', OLD."balance") ELSE printf('%!.17g', OLD."balance") END), OLD."balance"),
            'big', OLD."big",
            'rate', iif(abs(OLD."rate") < 9e999, json(printf(iif(abs(OLD."rate") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."rate")), CAST(OLD."rate" AS TEXT)),
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
CREATE TRIGGER "_tenon_audit_Sample_create" AFTER INSERT ON "Sample"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Sample', json_object('id', NEW."id"), 'create',
        NULL,
        json_object('id', NEW."id",
            'flag', CASE NEW."flag" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'small', NEW."small",
            'number', NEW."number",
            'big', NEW."big",
            'real', iif(abs(NEW."real") < 9e999, json(printf(iif(abs(NEW."real") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."real")), CAST(NEW."real" AS TEXT)),
            'precise', iif(abs(NEW."precise") < 9e999, json(printf(iif(abs(NEW."precise") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."precise")), CAST(NEW."precise" AS TEXT)),
            'price', iif(typeof(NEW."price") = 'real', json(CASE NEW."price" WHEN CAST(printf('%!.15g', NEW."price") AS REAL) THEN printf('%!.15g', NEW."price") WHEN CAST(printf('%!.16g', NEW."price") AS REAL) THEN printf('%!.16g', NEW."price") ELSE printf('%!.17g', NEW."price") END), NEW."price"),
            'amount', iif(typeof(NEW."amount") = 'real', json(CASE NEW."amount" WHEN CAST(printf('%!.15g', NEW."amount") AS REAL) THEN printf('%!.15g', NEW."amount") WHEN CAST(printf('%!.16g', NEW."amount") AS REAL) THEN printf('%!.16g', NEW."amount") ELSE printf('%!.17g', NEW."amount") END), NEW."amount"),
            'text', NEW."text",
            'label', NEW."label",
            'data', iif(json_valid(NEW."data"), json(NEW."data"), NEW."data"),
            'blob', iif(NEW."blob" IS NULL, NULL, '\x' || lower(hex(NEW."blob"))),
            'uuid', NEW."uuid",
            'stamp', NEW."stamp",
            'instant', NEW."instant",
            'day', NEW."day",
            'clock', NEW."clock",
            'zoned', NEW."zoned",
            'rank', NEW."rank",
            'flags', iif(json_valid(NEW."flags"), json(NEW."flags"), NEW."flags"),
            'numbers', iif(json_valid(NEW."numbers"), json(NEW."numbers"), NEW."numbers"),
            'bigs', iif(json_valid(NEW."bigs"), json(NEW."bigs"), NEW."bigs"),
            'precises', iif(json_valid(NEW."precises"), json(NEW."precises"), NEW."precises"),
            'prices', iif(json_valid(NEW."prices"), json(NEW."prices"), NEW."prices"),
            'texts', iif(json_valid(NEW."texts"), json(NEW."texts"), NEW."texts"),
            'documents', iif(json_valid(NEW."documents"), json(NEW."documents"), NEW."documents"),
            'blobs', iif(json_valid(NEW."blobs"), json(NEW."blobs"), NEW."blobs"),
            'uuids', iif(json_valid(NEW."uuids"), json(NEW."uuids"), NEW."uuids"),
            'stamps', iif(json_valid(NEW."stamps"), json(NEW."stamps"), NEW."stamps"),
            'days', iif(json_valid(NEW."days"), json(NEW."days"), NEW."days"),
            'ranks', iif(json_valid(NEW."ranks"), json(NEW."ranks"), NEW."ranks"))
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Sample_update" AFTER UPDATE ON "Sample"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Sample', json_object('id', OLD."id"), 'update',
        json_object('id', OLD."id",
            'flag', CASE OLD."flag" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'small', OLD."small",
            'number', OLD."number",
            'big', OLD."big",
            'real', iif(abs(OLD."real") < 9e999, json(printf(iif(abs(OLD."real") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."real")), CAST(OLD."real" AS TEXT)),
            'precise', iif(abs(OLD."precise") < 9e999, json(printf(iif(abs(OLD."precise") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."precise")), CAST(OLD."precise" AS TEXT)),
            'price', iif(typeof(OLD."price") = 'real', json(CASE OLD."price" WHEN CAST(printf('%!.15g', OLD."price") AS REAL) THEN printf('%!.15g', OLD."price") WHEN CAST(printf('%!.16g', OLD."price") AS REAL) THEN printf('%!.16g', OLD."price") ELSE printf('%!.17g', OLD."price") END), OLD."price"),
            'amount', iif(typeof(OLD."amount") = 'real', json(CASE OLD."amount" WHEN CAST(printf('%!.15g', OLD."amount") AS REAL) THEN printf('%!.15g', OLD."amount") WHEN CAST(printf('%!.16g', OLD."amount") AS REAL) THEN printf('%!.16g', OLD."amount") ELSE printf('%!.17g', OLD."amount") END), OLD."amount"),
            'text', OLD."text",
            'label', OLD."label",
            'data', iif(json_valid(OLD."data"), json(OLD."data"), OLD."data"),
            'blob', iif(OLD."blob" IS NULL, NULL, '\x' || lower(hex(OLD."blob"))),
            'uuid', OLD."uuid",
            'stamp', OLD."stamp",
            'instant', OLD."instant",
            'day', OLD."day",
            'clock', OLD."clock",
            'zoned', OLD."zoned",
            'rank', OLD."rank",
            'flags', iif(json_valid(OLD."flags"), json(OLD."flags"), OLD."flags"),
            'numbers', iif(json_valid(OLD."numbers"), json(OLD."numbers"), OLD."numbers"),
            'bigs', iif(json_valid(OLD."bigs"), json(OLD."bigs"), OLD."bigs"),
            'precises', iif(json_valid(OLD."precises"), json(OLD."precises"), OLD."precises"),
            'prices', iif(json_valid(OLD."prices"), json(OLD."prices"), OLD."prices"),
            'texts', iif(json_valid(OLD."texts"), json(OLD."texts"), OLD."texts"),
            'documents', iif(json_valid(OLD."documents"), json(OLD."documents"), OLD."documents"),
            'blobs', iif(json_valid(OLD."blobs"), json(OLD."blobs"), OLD."blobs"),
            'uuids', iif(json_valid(OLD."uuids"), json(OLD."uuids"), OLD."uuids"),
            'stamps', iif(json_valid(OLD."stamps"), json(OLD."stamps"), OLD."stamps"),
            'days', iif(json_valid(OLD."days"), json(OLD."days"), OLD."days"),
            'ranks', iif(json_valid(OLD."ranks"), json(OLD."ranks"), OLD."ranks")),
        json_object('id', NEW."id",
            'flag', CASE NEW."flag" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'small', NEW."small",
            'number', NEW."number",
            'big', NEW."big",
            'real', iif(abs(NEW."real") < 9e999, json(printf(iif(abs(NEW."real") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."real")), CAST(NEW."real" AS TEXT)),
            'precise', iif(abs(NEW."precise") < 9e999, json(printf(iif(abs(NEW."precise") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."precise")), CAST(NEW."precise" AS TEXT)),
            'price', iif(typeof(NEW."price") = 'real', json(CASE NEW."price" WHEN CAST(printf('%!.15g', NEW."price") AS REAL) THEN printf('%!.15g', NEW."price") WHEN CAST(printf('%!.16g', NEW."price") AS REAL) THEN printf('%!.16g', NEW."price") ELSE printf('%!.17g', NEW."price") END), NEW."price"),
            'amount', iif(typeof(NEW."amount") = 'real', json(CASE NEW."amount" WHEN CAST(printf('%!.15g', NEW."amount") AS REAL) THEN printf('%!.15g', NEW."amount") WHEN CAST(printf('%!.16g', NEW."amount") AS REAL) THEN printf('%!.16g', NEW."amount") ELSE printf('%!.17g', NEW."amount") END), NEW."amount"),
            'text', NEW."text",
            'label', NEW."label",
            'data', iif(json_valid(NEW."data"), json(NEW."data"), NEW."data"),
            'blob', iif(NEW."blob" IS NULL, NULL, '\x' || lower(hex(NEW."blob"))),
            'uuid', NEW."uuid",
            'stamp', NEW."stamp",
            'instant', NEW."instant",
            'day', NEW."day",
            'clock', NEW."clock",
            'zoned', NEW."zoned",
            'rank', NEW."rank",
            'flags', iif(json_valid(NEW."flags"), json(NEW."flags"), NEW."flags"),
            'numbers', iif(json_valid(NEW."numbers"), json(NEW."numbers"), NEW."numbers"),
            'bigs', iif(json_valid(NEW."bigs"), json(NEW."bigs"), NEW."bigs"),
            'precises', iif(json_valid(NEW."precises"), json(NEW."precises"), NEW."precises"),
            'prices', iif(json_valid(NEW."prices"), json(NEW."prices"), NEW."prices"),
            'texts', iif(json_valid(NEW."texts"), json(NEW."texts"), NEW."texts"),
            'documents', iif(json_valid(NEW."documents"), json(NEW."documents"), NEW."documents"),
            'blobs', iif(json_valid(NEW."blobs"), json(NEW."blobs"), NEW."blobs"),
            'uuids', iif(json_valid(NEW."uuids"), json(NEW."uuids"), NEW."uuids"),
            'stamps', iif(json_valid(NEW."stamps"), json(NEW."stamps"), NEW."stamps"),
            'days', iif(json_valid(NEW."days"), json(NEW."days"), NEW."days"),
            'ranks', iif(json_valid(NEW."ranks"), json(NEW."ranks"), NEW."ranks"))
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;

-- CreateTrigger
CREATE TRIGGER "_tenon_audit_Sample_delete" AFTER DELETE ON "Sample"
BEGIN
    INSERT INTO "_tenon_audit" ("actor", "reason", "context", "table", "key", "operation", "before", "after")
    SELECT note."actor", note."reason", note."context",
        'Sample', json_object('id', OLD."id"), 'delete',
        json_object('id', OLD."id",
            'flag', CASE OLD."flag" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END,
            'small', OLD."small",
            'number', OLD."number",
            'big', OLD."big",
            'real', iif(abs(OLD."real") < 9e999, json(printf(iif(abs(OLD."real") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."real")), CAST(OLD."real" AS TEXT)),
            'precise', iif(abs(OLD."precise") < 9e999, json(printf(iif(abs(OLD."precise") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."precise")), CAST(OLD."precise" AS TEXT)),
            'price', iif(typeof(OLD."price") = 'real', json(CASE OLD."price" WHEN CAST(printf('%!.15g', OLD."price") AS REAL) THEN printf('%!.15g', OLD."price") WHEN CAST(printf('%!.16g', OLD."price") AS REAL) THEN printf('%!.16g', OLD."price") ELSE printf('%!.17g', OLD."price") END), OLD."price"),
            'amount', iif(typeof(OLD."amount") = 'real', json(CASE OLD."amount" WHEN CAST(printf('%!.15g', OLD."amount") AS REAL) THEN printf('%!.15g', OLD."amount") WHEN CAST(printf('%!.16g', OLD."amount") AS REAL) THEN printf('%!.16g', OLD."amount") ELSE printf('%!.17g', OLD."amount") END), OLD."amount"),
            'text', OLD."text",
            'label', OLD."label",
            'data', iif(json_valid(OLD."data"), json(OLD."data"), OLD."data"),
            'blob', iif(OLD."blob" IS NULL, NULL, '\x' || lower(hex(OLD."blob"))),
            'uuid', OLD."uuid",
            'stamp', OLD."stamp",
            'instant', OLD."instant",
            'day', OLD."day",
            'clock', OLD."clock",
            'zoned', OLD."zoned",
            'rank', OLD."rank",
            'flags', iif(json_valid(OLD."flags"), json(OLD."flags"), OLD."flags"),
            'numbers', iif(json_valid(OLD."numbers"), json(OLD."numbers"), OLD."numbers"),
            'bigs', iif(json_valid(OLD."bigs"), json(OLD."bigs"), OLD."bigs"),
            'precises', iif(json_valid(OLD."precises"), json(OLD."precises"), OLD."precises"),
            'prices', iif(json_valid(OLD."prices"), json(OLD."prices"), OLD."prices"),
            'texts', iif(json_valid(OLD."texts"), json(OLD."texts"), OLD."texts"),
            'documents', iif(json_valid(OLD."documents"), json(OLD."documents"), OLD."documents"),
            'blobs', iif(json_valid(OLD."blobs"), json(OLD."blobs"), OLD."blobs"),
            'uuids', iif(json_valid(OLD."uuids"), json(OLD."uuids"), OLD."uuids"),
            'stamps', iif(json_valid(OLD."stamps"), json(OLD."stamps"), OLD."stamps"),
            'days', iif(json_valid(OLD."days"), json(OLD."days"), OLD."days"),
            'ranks', iif(json_valid(OLD."ranks"), json(OLD."ranks"), OLD."ranks")),
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
            'percent', iif(abs(NEW."percent") < 9e999, json(printf(iif(abs(NEW."percent") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."percent")), CAST(NEW."percent" AS TEXT)),
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
            'percent', iif(abs(OLD."percent") < 9e999, json(printf(iif(abs(OLD."percent") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."percent")), CAST(OLD."percent" AS TEXT)),
            'old', CASE OLD."old" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END),
        json_object('name', NEW."name",
            'percent', iif(abs(NEW."percent") < 9e999, json(printf(iif(abs(NEW."percent") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), NEW."percent")), CAST(NEW."percent" AS TEXT)),
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
            'percent', iif(abs(OLD."percent") < 9e999, json(printf(iif(abs(OLD."percent") BETWEEN 1e-90 AND 1e90, '%!.17g', '%!.19g'), OLD."percent")), CAST(OLD."percent" AS TEXT)),
            'old', CASE OLD."old" WHEN 1 THEN json('true') WHEN 0 THEN json('false') END),
        NULL
    FROM (SELECT 1) LEFT JOIN "_tenon_note" AS note ON true;
END;
