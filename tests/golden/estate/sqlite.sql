-- CreateTable
CREATE TABLE "Asset" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "value" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "Boat" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "length" REAL NOT NULL,
    CONSTRAINT "Boat_id_fkey" FOREIGN KEY ("id") REFERENCES "Asset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "House" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "rooms" INTEGER NOT NULL,
    CONSTRAINT "House_id_fkey" FOREIGN KEY ("id") REFERENCES "Asset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Tenant" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "houseId" INTEGER NOT NULL,
    CONSTRAINT "Tenant_houseId_fkey" FOREIGN KEY ("houseId") REFERENCES "House" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Vehicle" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "plate" TEXT,
    "gears" INTEGER,
    CONSTRAINT "Vehicle_check" CHECK (kind = 'CAR' OR plate IS NULL),
    CONSTRAINT "Vehicle_check2" CHECK (kind = 'BIKE' OR gears IS NULL),
    CONSTRAINT "Vehicle_check3" CHECK (kind <> 'CAR' OR plate IS NOT NULL)
);

-- CreateIndex
CREATE INDEX "Tenant_houseId_idx" ON "Tenant"("houseId");

-- CreateIndex
CREATE UNIQUE INDEX "Vehicle_plate_key" ON "Vehicle"("plate");

-- CreateIndex
CREATE INDEX "Vehicle_kind_idx" ON "Vehicle"("kind");
