-- CreateEnum
CREATE TYPE "Kind" AS ENUM ('HOUSE', 'BOAT');

-- CreateEnum
CREATE TYPE "VehicleKind" AS ENUM ('CAR', 'BIKE');

-- CreateTable
CREATE TABLE "Asset" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "Kind" NOT NULL,
    "value" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Boat" (
    "id" INTEGER NOT NULL,
    "length" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "Boat_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "House" (
    "id" INTEGER NOT NULL,
    "rooms" INTEGER NOT NULL,

    CONSTRAINT "House_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Tenant" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "houseId" INTEGER NOT NULL,

    CONSTRAINT "Tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Vehicle" (
    "id" SERIAL NOT NULL,
    "kind" "VehicleKind" NOT NULL,
    "name" TEXT NOT NULL,
    "plate" TEXT,
    "gears" INTEGER,

    CONSTRAINT "Vehicle_pkey" PRIMARY KEY ("id"),
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

-- AddForeignKey
ALTER TABLE "Boat" ADD CONSTRAINT "Boat_id_fkey" FOREIGN KEY ("id") REFERENCES "Asset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "House" ADD CONSTRAINT "House_id_fkey" FOREIGN KEY ("id") REFERENCES "Asset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tenant" ADD CONSTRAINT "Tenant_houseId_fkey" FOREIGN KEY ("houseId") REFERENCES "House"("id") ON DELETE CASCADE ON UPDATE CASCADE;
