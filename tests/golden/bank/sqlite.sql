-- CreateTable
CREATE TABLE "Account" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "balance" BIGINT NOT NULL
);

-- CreateTable
CREATE TABLE "Transfer" (
    "id" BIGINT NOT NULL PRIMARY KEY,
    "payerId" INTEGER NOT NULL,
    "payeeId" INTEGER NOT NULL,
    "amount" BIGINT NOT NULL,
    CONSTRAINT "Transfer_payerId_fkey" FOREIGN KEY ("payerId") REFERENCES "Account" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Transfer_payeeId_fkey" FOREIGN KEY ("payeeId") REFERENCES "Account" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Transfer_payerId_idx" ON "Transfer"("payerId");

-- CreateIndex
CREATE INDEX "Transfer_payeeId_idx" ON "Transfer"("payeeId");
