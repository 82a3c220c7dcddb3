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
