/* A plan as text: the script of a migration, differences for people, all of it as JSON. */
#include "diff/plan.h"

/* ---- scripts --------------------------------------------------------------------------------- */

static bool is_in_part(const diff_step *step, int part)
{
    return part == DIFF_ALL_PARTS || step->part == (size_t)part;
}

static void write_warnings(const diff_plan *plan, int part, tenon__buf *out)
{
    const char *before = "/*\n  Warnings:\n\n";
    for (size_t i = 0; i < plan->count; i++)
        for (size_t r = 0; r < plan->steps[i].risk_count && is_in_part(&plan->steps[i], part);
             r++) {
            const diff_risk *risk = &plan->steps[i].risks[r];
            tenon__buf_format(out, "%s  - %s%s\n", before, risk->words,
                              risk->kind == DIFF_FAILS ? "; if so, this fails" : "");
            before = "";
        }
    tenon__buf_text(out, *before ? "" : "\n*/\n");
}

/* A conversion asks the rows itself, so that whoever runs the file is as safe as we are. */
static void write_guards(const diff_plan *plan, const diff_step *step, tenon__buf *out)
{
    if (plan->dialect != TENON_POSTGRESQL)
        return;
    for (size_t i = 0; i < step->risk_count; i++) {
        const diff_risk *risk = &step->risks[i];
        if (!risk->is_conversion)
            continue;
        tenon__buf_format(out,
                          "DO $tenon$ BEGIN\n    IF (%s) > 0 THEN\n"
                          "        RAISE EXCEPTION USING MESSAGE = $words$%s$words$;\n"
                          "    END IF;\nEND $tenon$;\n",
                          risk->probe, risk->words);
    }
}

static void write_step(const diff_plan *plan, const diff_step *step, tenon__buf *out)
{
    tenon__buf_format(out, "-- %s\n", step->title);
    write_guards(plan, step, out);
    tenon__buf_format(out, "%s;\n", step->sql);
}

static void write_forward(const diff_plan *plan, int part, tenon__buf *out)
{
    const char *separator = "";
    write_warnings(plan, part, out);
    for (size_t i = 0; i < plan->count; i++) {
        if (!is_in_part(&plan->steps[i], part))
            continue;
        tenon__buf_text(out, separator);
        write_step(plan, &plan->steps[i], out);
        separator = "\n";
    }
}

static void write_reverse(const diff_plan *plan, int part, tenon__buf *out)
{
    for (size_t i = plan->count; i-- > 0;)
        if (is_in_part(&plan->steps[i], part) && plan->steps[i].not_restored)
            tenon__buf_format(out, "-- not brought back: %s\n", plan->steps[i].not_restored);
    for (size_t i = plan->count; i-- > 0;)
        if (is_in_part(&plan->steps[i], part) && plan->steps[i].reverse)
            tenon__buf_format(out, "-- back from %s\n%s;\n", plan->steps[i].title,
                              plan->steps[i].reverse);
}

void diff_script_text(const diff_plan *plan, int part, diff_direction direction, tenon__buf *out)
{
    if (plan->needs_foreign_keys_off)
        tenon__buf_text(out, "PRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\n\n");
    if (direction == DIFF_FORWARD)
        write_forward(plan, part, out);
    else
        write_reverse(plan, part, out);
    if (plan->needs_foreign_keys_off)
        tenon__buf_text(out, "\nPRAGMA foreign_keys=ON;\nPRAGMA defer_foreign_keys=OFF;\n");
}

/* ---- words ----------------------------------------------------------------------------------- */

void diff_print(const diff_plan *plan, tenon__buf *out)
{
    static const char signs[] = {
        [DIFF_ADDED] = '+',
        [DIFF_REMOVED] = '-',
        [DIFF_CHANGED] = '~',
    };
    for (size_t i = 0; i < plan->difference_count; i++) {
        const diff_difference *difference = &plan->differences[i];
        tenon__buf_format(out, "%c %s%s%s\n", signs[difference->sign], difference->name,
                          *difference->words ? ": " : "", difference->words);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void write_member(tenon__buf *out, const char *before, const char *name, const char *text)
{
    tenon__buf_format(out, "%s\"%s\": ", before, name);
    if (text)
        tenon__buf_json_text(out, text, strlen(text));
    else
        tenon__buf_text(out, "null");
}

static void write_json_differences(const diff_plan *plan, tenon__buf *out)
{
    static const char *const signs[] = {
        [DIFF_ADDED] = "added",
        [DIFF_REMOVED] = "removed",
        [DIFF_CHANGED] = "changed",
    };
    tenon__buf_text(out, "{\n  \"differences\": [");
    for (size_t i = 0; i < plan->difference_count; i++) {
        write_member(out, i ? ",\n    {" : "\n    {", "sign", signs[plan->differences[i].sign]);
        write_member(out, ", ", "name", plan->differences[i].name);
        write_member(out, ", ", "words", plan->differences[i].words);
        tenon__buf_char(out, '}');
    }
    tenon__buf_text(out, "]");
}

static void write_json_risks(const diff_step *step, tenon__buf *out)
{
    tenon__buf_text(out, ", \"risks\": [");
    for (size_t i = 0; i < step->risk_count; i++) {
        const diff_risk *risk = &step->risks[i];
        write_member(out, i ? ", {" : "{", "kind", risk->kind == DIFF_LOSES ? "loses" : "fails");
        write_member(out, ", ", "words", risk->words);
        write_member(out, ", ", "probe", risk->probe);
        tenon__buf_char(out, '}');
    }
    tenon__buf_text(out, "]");
}

static void write_json_steps(const diff_plan *plan, tenon__buf *out)
{
    tenon__buf_text(out, ",\n  \"steps\": [");
    for (size_t i = 0; i < plan->count; i++) {
        const diff_step *step = &plan->steps[i];
        write_member(out, i ? ",\n    {" : "\n    {", "title", step->title);
        write_member(out, ", ", "sql", step->sql);
        write_member(out, ", ", "reverse", step->reverse);
        write_member(out, ", ", "notRestored", step->not_restored);
        tenon__buf_format(out, ", \"part\": %zu, \"alone\": %s, \"destructive\": %s", step->part,
                          step->must_run_alone ? "true" : "false",
                          step->is_destructive ? "true" : "false");
        write_json_risks(step, out);
        tenon__buf_char(out, '}');
    }
    tenon__buf_text(out, "]");
}

static void write_json_questions(const diff_plan *plan, tenon__buf *out)
{
    tenon__buf_text(out, ",\n  \"questions\": [");
    for (size_t i = 0; i < plan->question_count; i++) {
        write_member(out, i ? ", {" : "{", "words", plan->questions[i].words);
        write_member(out, ", ", "hint", plan->questions[i].hint);
        tenon__buf_char(out, '}');
    }
    tenon__buf_text(out, "],\n  \"kept\": [");
    for (size_t i = 0; i < plan->kept_count; i++) {
        tenon__buf_text(out, i ? ", " : "");
        tenon__buf_json_text(out, plan->kept[i], strlen(plan->kept[i]));
    }
    tenon__buf_text(out, "]\n}\n");
}

void diff_write_json(const diff_plan *plan, tenon__buf *out)
{
    write_json_differences(plan, out);
    write_json_steps(plan, out);
    write_json_questions(plan, out);
}
