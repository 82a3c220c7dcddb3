-- CreateTable
CREATE TABLE "Genre" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Genre_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Book" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "genreId" INTEGER,
    "embedding" vector(3),

    CONSTRAINT "Book_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Sketch" (
    "id" SERIAL NOT NULL,
    "lines" vector NOT NULL,

    CONSTRAINT "Sketch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Book_title_key" ON "Book"("title");

-- CreateIndex
CREATE INDEX "Book_embedding_idx" ON "Book" USING HNSW ("embedding" vector_cosine_ops);

-- AddForeignKey
ALTER TABLE "Book" ADD CONSTRAINT "Book_genreId_fkey" FOREIGN KEY ("genreId") REFERENCES "Genre"("id") ON DELETE SET NULL ON UPDATE CASCADE;

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
CREATE OR REPLACE TRIGGER "_tenon_audit" AFTER INSERT OR UPDATE OR DELETE ON "Book"
FOR EACH ROW EXECUTE FUNCTION "_tenon_audit"('Book', '', '{}', 'id');
