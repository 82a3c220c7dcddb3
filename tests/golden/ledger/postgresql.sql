-- CreateEnum
CREATE TYPE "Rank" AS ENUM ('LOW', 'high');

-- CreateTable
CREATE TABLE "Voucher" (
    "id" SERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "amount" INTEGER,
    "rest" BIGINT NOT NULL DEFAULT 0,
    "rank" "Rank" NOT NULL DEFAULT 'LOW',
    "labels" TEXT[],
    "giver" TEXT,
    "stamp" BYTEA,

    CONSTRAINT "Voucher_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Account" (
    "id" SERIAL NOT NULL,
    "iban" TEXT NOT NULL,
    "owner_name" TEXT NOT NULL,
    "pin" TEXT,
    "rank" "Rank" NOT NULL DEFAULT 'LOW',
    "balance" DECIMAL(30,10) NOT NULL DEFAULT 0,
    "big" BIGINT NOT NULL DEFAULT 0,
    "rate" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "isOpen" BOOLEAN NOT NULL DEFAULT true,
    "opened" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "day" DATE,
    "code" UUID,
    "blob" BYTEA,
    "settings" JSONB,
    "labels" TEXT[],
    "numbers" INTEGER[],
    "closedAt" TIMESTAMP(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entries" (
    "accountId" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "entries_pkey" PRIMARY KEY ("accountId", "number")
);

-- CreateTable
CREATE TABLE "Sample" (
    "id" BIGSERIAL NOT NULL,
    "flag" BOOLEAN,
    "small" SMALLINT,
    "number" INTEGER,
    "big" BIGINT,
    "real" REAL,
    "precise" DOUBLE PRECISION,
    "price" DECIMAL(40,4),
    "amount" DECIMAL(14,6),
    "text" TEXT,
    "label" VARCHAR(20),
    "data" JSONB,
    "blob" BYTEA,
    "uuid" UUID,
    "stamp" TIMESTAMP(6),
    "instant" TIMESTAMPTZ(6),
    "day" DATE,
    "clock" TIME(6),
    "zoned" TIMETZ(6),
    "rank" "Rank",
    "flags" BOOLEAN[],
    "numbers" INTEGER[],
    "bigs" BIGINT[],
    "precises" DOUBLE PRECISION[],
    "prices" DECIMAL(40,4)[],
    "texts" TEXT[],
    "documents" JSONB[],
    "blobs" BYTEA[],
    "uuids" UUID[],
    "stamps" TIMESTAMP(6)[],
    "days" DATE[],
    "ranks" "Rank"[],

    CONSTRAINT "Sample_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Tariff" (
    "name" TEXT NOT NULL,
    "percent" DOUBLE PRECISION NOT NULL,
    "old" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Tariff_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "Account_iban_key" ON "Account"("iban");

-- AddForeignKey
ALTER TABLE "entries" ADD CONSTRAINT "entries_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

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
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "Account"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('Account', 'closedAt', '{"pin"}', 'id');

-- CreateTrigger
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "entries"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('entries', '', '{}', 'accountId', 'number');

-- CreateTrigger
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "Sample"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('Sample', '', '{}', 'id');

-- CreateTrigger
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "Tariff"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('Tariff', '', '{}', 'name');
