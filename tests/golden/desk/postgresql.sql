-- CreateTable
CREATE TABLE "Job" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "weight" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL,

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Page" (
    "site" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "body" TEXT,
    "revision" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "Page_pkey" PRIMARY KEY ("site", "path")
);

-- CreateIndex
CREATE INDEX "job_by_state" ON "Job"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Page_secret_key" ON "Page"("secret");
