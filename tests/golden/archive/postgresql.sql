-- CreateTable
CREATE TABLE "Station" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Station_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Reading" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "stationId" INTEGER,
    "flags" BYTEA,
    "smalls" BYTEA,
    "counts" BYTEA,
    "larges" BYTEA,
    "reals" BYTEA,
    "values" BYTEA,
    "rough" BYTEA,
    "notes" BYTEA,
    "codes" BYTEA,
    "blobs" BYTEA,
    "times" BYTEA,
    "days" BYTEA,
    "clocks" BYTEA,
    "checked" BYTEA,
    "plain" INTEGER[],

    CONSTRAINT "Reading_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Station_name_key" ON "Station"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Reading_name_key" ON "Reading"("name");

-- AddForeignKey
ALTER TABLE "Reading" ADD CONSTRAINT "Reading_stationId_fkey" FOREIGN KEY ("stationId") REFERENCES "Station"("id") ON DELETE CASCADE ON UPDATE CASCADE;

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
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "Reading"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('Reading', '', '{}', 'id');
