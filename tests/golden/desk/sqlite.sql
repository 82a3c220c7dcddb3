-- CreateTable
CREATE TABLE "Job" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "weight" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "Page" (
    "site" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "body" TEXT,
    "revision" BIGINT NOT NULL DEFAULT 0,

    PRIMARY KEY ("site", "path")
);

-- CreateIndex
CREATE INDEX "job_by_state" ON "Job"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Page_secret_key" ON "Page"("secret");
