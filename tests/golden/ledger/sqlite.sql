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
