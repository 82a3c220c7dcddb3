/* How long a large schema takes: 300 models of 17 fields with relations, 100 enums of 10 values.
 *
 * Prints the median of RUNS for reading with all checks and for formatting. The budget for reading
 * is 30 ms. */
#include "schema/schema.h"

#include <stdlib.h>

enum { MODELS = 300, ENUMS = 100, RUNS = 21 };

static void write_enum(tenon__buf *out, int number)
{
    tenon__buf_format(out, "enum E%d {\n", number);
    for (int i = 0; i < 10; i++)
        tenon__buf_format(out, "  V%d @map(\"v%d\")\n", i, i);
    tenon__buf_text(out, "}\n\n");
}

static void write_scalars(tenon__buf *out, int number)
{
    for (int i = 0; i < 12; i += 3) {
        tenon__buf_format(out, "  f%d String? @db.VarChar(%d)\n", i, i + 20);
        tenon__buf_format(out, "  f%d Int @default(%d)\n", i + 1, i);
        tenon__buf_format(out, "  f%d E%d @default(V3)\n", i + 2, number % ENUMS);
    }
}

/* Each model refers to the next one, the last to the first. */
static void write_model(tenon__buf *out, int number)
{
    int next = (number + 1) % MODELS, previous = (number + MODELS - 1) % MODELS;

    tenon__buf_format(out, "/// The model of number %d.\nmodel M%d {\n", number, number);
    tenon__buf_text(out, "  id String @id @default(uuid()) @db.Uuid\n");
    write_scalars(out, number);
    tenon__buf_text(out, "  created DateTime @default(now()) @map(\"created_at\")\n");
    tenon__buf_format(out,
                      "  nextId String @db.Uuid\n"
                      "  next M%d @relation(\"r%d\", fields: [nextId], references: [id])\n"
                      "  before M%d[] @relation(\"r%d\")\n",
                      next, number, previous, previous);
    tenon__buf_format(out,
                      "\n  @@unique([f0, f1])\n  @@index([created(sort: Desc)])\n"
                      "  @@map(\"m_%d\")\n}\n\n",
                      number);
}

static void write_schema(tenon__buf *out)
{
    tenon__buf_text(out,
                    "datasource db {\n  provider = \"postgresql\"\n  url = env(\"URL\")\n}\n\n");
    for (int i = 0; i < ENUMS; i++)
        write_enum(out, i);
    for (int i = 0; i < MODELS; i++)
        write_model(out, i);
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double median_ms(int64_t times[RUNS])
{
    qsort(times, RUNS, sizeof *times, compare_times);
    return (double)times[RUNS / 2] / 1000;
}

static void free_texts(const schema *s, char **texts)
{
    for (size_t i = 0; texts && i < s->file_count; i++)
        free(texts[i]);
    free(texts);
}

int main(void)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    int64_t reading[RUNS], formatting[RUNS];
    size_t errors = 0;

    write_schema(&text);
    schema_source source = {"bench.prisma", tenon__buf_string(&text), text.length};
    for (int i = 0; i < RUNS; i++) {
        int64_t start = tenon__monotonic_us();
        schema *s = schema_read_texts(&source, 1, NULL);
        reading[i] = tenon__monotonic_us() - start;
        if (!s)
            return 1;
        errors += schema_error_count(s);
        start = tenon__monotonic_us();
        char **texts = schema_format(s, NULL);
        formatting[i] = tenon__monotonic_us() - start;
        free_texts(s, texts);
        schema_free(s);
    }
    printf("schema of %d models and %d enums, %zu KB: checked in %.1f ms, formatted in %.1f ms\n",
           MODELS, ENUMS, text.length / 1024, median_ms(reading), median_ms(formatting));
    return errors ? 1 : 0;
}
