/* A main for fuzz targets that runs every file of a folder through the target once: so the corpus,
 * and with it every input that ever crashed, is tried in each test run and with any compiler. Each
 * input is a heap block of exactly its size, so that the address sanitizer sees a read behind its
 * end. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST_INPUT = 1 << 20 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void replay(const char *path)
{
    static uint8_t buffer[LARGEST_INPUT];
    FILE *file = fopen(path, "rb");
    if (!file)
        die(path);
    size_t size = fread(buffer, 1, sizeof buffer, file);
    if (ferror(file) || fclose(file) != 0)
        die(path);
    uint8_t *data = malloc(size ? size : 1);
    if (!data)
        die(path);
    memcpy(data, buffer, size);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

int main(int argc, char **argv)
{
    DIR *listing = argc == 2 ? opendir(argv[1]) : NULL;
    size_t count = 0;
    if (!listing)
        die(argc == 2 ? argv[1] : "usage: fuzz-<name> folder");
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        printf("%s\n", path);
        fflush(stdout);
        replay(path);
        count++;
    }
    closedir(listing);
    printf("replayed %zu inputs\n", count);
    return count == 0;
}
