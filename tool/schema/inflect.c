/* Names made from names.
 *
 * The formatter adds the missing other side of a relation, and the name of that field must be the
 * one that the language's own formatter chooses, whose habits are therefore followed word by word:
 * a table of words without a plural, a few irregular ones, and rules for endings, the last one
 * first. */
#include "schema/inflect.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- camel case ---- */

/* Bytes of characters beyond ASCII count as letters without case. */
static bool is_alphanumeric(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_lower(char c)
{
    return islower((unsigned char)c);
}

static bool is_upper(char c)
{
    return isupper((unsigned char)c);
}

const char *inflect_camel_case(tenon__arena *arena, const char *name)
{
    char *out = tenon__arena_alloc(arena, strlen(name) + 1), *at = out;
    bool is_new_word = false;
    char last = ' '; /* the last letter that did not begin a word */

    if (!out)
        return NULL;
    for (; *name; name++) {
        if (!is_alphanumeric(*name)) {
            is_new_word = at > out;
        } else if (isdigit((unsigned char)*name)) {
            is_new_word = true;
            *at++ = *name;
        } else if (is_new_word || (is_lower(last) && is_upper(*name))) {
            is_new_word = false;
            *at++ = (char)toupper((unsigned char)*name);
        } else {
            last = *name;
            *at++ = (char)tolower((unsigned char)*name);
        }
    }
    *at = '\0';
    return out;
}

/* ---- plural ---- */

/* clang-format off */
static const char *const uncountable[] = { /* sorted */
    "accommodation", "adulthood", "advertising", "advice", "aggression", "aid", "air", "aircraft",
    "alcohol", "anger", "applause", "arithmetic", "assistance", "athletics", "bacon", "baggage",
    "beef", "biology", "blood", "botany", "bread", "butter", "carbon", "cardboard", "cash",
    "chalk", "chaos", "chess", "countryside", "crossroads", "dancing", "deer", "dignity", "dirt",
    "dust", "economics", "education", "electricity", "engineering", "enjoyment", "envy",
    "equipment", "ethics", "evidence", "evolution", "fame", "fiction", "flour", "flu", "food",
    "fuel", "fun", "furniture", "gallows", "garbage", "garlic", "genetics", "gold", "golf",
    "gossip", "grammar", "gratitude", "grief", "guilt", "gymnastics", "happiness", "hardware",
    "harm", "hate", "hatred", "health", "heat", "help", "homework", "honesty", "honey",
    "hospitality", "housework", "humour", "hunger", "hydrogen", "ice", "importance", "inflation",
    "information", "innocence", "iron", "irony", "jam", "jewelry", "judo", "karate", "knowledge",
    "lack", "laughter", "lava", "leather", "leisure", "lightning", "linguine", "linguini",
    "linguistics", "literature", "litter", "livestock", "logic", "loneliness", "luck", "luggage",
    "macaroni", "machinery", "magic", "management", "mankind", "marble", "mathematics",
    "mayonnaise", "measles", "methane", "milk", "money", "mud", "mumps", "music", "nature",
    "news", "nitrogen", "nonsense", "nurture", "nutrition", "obedience", "obesity", "oxygen",
    "pasta", "patience", "physics", "poetry", "pollution", "poverty", "pride", "psychology",
    "publicity", "punctuation", "quartz", "racism", "relaxation", "reliability", "research",
    "respect", "revenge", "rice", "rubbish", "rum", "safety", "scenery", "seafood", "seaside",
    "series", "shame", "sheep", "shopping", "sleep", "smoke", "smoking", "snow", "soap",
    "software", "soil", "spaghetti", "species", "steam", "stuff", "stupidity", "sunshine",
    "symmetry", "tennis", "thirst", "thunder", "timber", "traffic", "transportation", "trust",
    "underwear", "unemployment", "unity", "validity", "veal", "vegetarianism", "vegetation",
    "vengeance", "violence", "vitality", "warmth", "wealth", "weather", "welfare", "wheat",
    "wildlife", "wisdom", "yoga", "zinc", "zoology",
};
/* clang-format on */

static const struct irregular {
    const char *singular, *plural;
} irregulars[] = {
    {"ox", "oxen"},     {"man", "men"},      {"woman", "women"}, {"die", "dice"},
    {"yes", "yeses"},   {"foot", "feet"},    {"eave", "eaves"},  {"goose", "geese"},
    {"tooth", "teeth"}, {"quiz", "quizzes"},
};

/* A word that ends in one of the stems and one of the endings: the ending is replaced. Stems may
 * hold classes of letters. */
typedef struct ending_rule {
    const char *stems, *endings, *replacement;
} ending_rule;

static const ending_rule rules[] = {
    {"eaux", "", ""},
    {"child", "ren|", "ren"},
    {"pe", "rson|ople", "ople"},
    {"m|l", "ice|ouse", "ice"},
    {"matr|cod|mur|sil|vert|ind|append", "ix|ex", "ices"},
    {"x|ch|ss|sh|zz", "", "es"},
    {"xes|ches|sses|shes|zzes", "", ""},
    {"[^ch][ieo][ln]", "ey", "ies"},
    {"[^aeiouy]|qu", "y", "ies"},
    {"ar|l|ea|eo|oa|hoo", "f", "ves"},
    {"kni|wi|li", "fe", "ves"},
    {"", "sis", "ses"},
    {"apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat",
     "a|on", "a"},
    {"agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|"
     "automat|quor",
     "a|um", "a"},
    {"her|at|gr", "o", "oes"},
    {"seraph|cherub", "im|", "im"},
    {"alumn|alg|vertebr", "a|ae", "ae"},
    {"alumn|syllab|octop|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat", "us|i",
     "i"},
    {"[^l]ias|[aeiou]las|[emjzr]as|[iu]am", "", ""},
    {"e[mn]u", "s|", "s"},
    {"alias|[^aou]us|tlas|gas|ris", "", "es"},
    {"ax|test", "is", "es"},
    {"[^aeiou]ese", "", ""},
    {"", "s", "s"},
};

/* The pattern's end at the next "|" or NUL. */
static const char *alternative_end(const char *pattern)
{
    while (*pattern && *pattern != '|')
        pattern++;
    return pattern;
}

/* Whether the class [start, end) without its brackets holds c. */
static bool class_has(const char *start, const char *end, char c)
{
    bool is_negated = *start == '^';
    bool is_in = memchr(start + is_negated, c, (size_t)(end - start) - is_negated) != NULL;
    return is_in != is_negated;
}

/* The length of word[0..length) without the alternative [pattern, end), or SIZE_MAX when it ends
 * differently. */
static size_t without_alternative(const char *word, size_t length, const char *pattern,
                                  const char *end)
{
    while (end > pattern) {
        const char *last = end - 1, *class = last;
        if (!length)
            return SIZE_MAX;
        char c = word[--length];
        while (*last == ']' && *class != '[')
            class --;
        if (*last == ']' ? !class_has(class + 1, last, c) : *last != c)
            return SIZE_MAX;
        end = class;
    }
    return length;
}

/* The same for the first alternative of a pattern that fits. */
static size_t without(const char *word, size_t length, const char *pattern)
{
    for (;; pattern++) {
        const char *end = alternative_end(pattern);
        size_t rest = without_alternative(word, length, pattern, end);
        if (rest != SIZE_MAX || !*end)
            return rest;
        pattern = end;
    }
}

/* The length of the word without the rule's ending, or SIZE_MAX when the rule does not apply. */
static size_t apply(const ending_rule *rule, const char *word)
{
    const char *ending = rule->endings;

    for (;;) {
        const char *end = alternative_end(ending);
        size_t rest = without_alternative(word, strlen(word), ending, end);
        if (rest != SIZE_MAX && without(word, rest, rule->stems) != SIZE_MAX)
            return rest;
        if (!*end)
            return SIZE_MAX;
        ending = end + 1;
    }
}

static int compare_words(const void *word, const void *entry)
{
    return strcmp(word, *(const char *const *)entry);
}

static bool is_uncountable(const char *word)
{
    return bsearch(word, uncountable, TENON__COUNT(uncountable), sizeof uncountable[0],
                   compare_words) != NULL;
}

const char *inflect_plural(tenon__arena *arena, const char *word)
{
    if (is_uncountable(word))
        return tenon__arena_text(arena, word);
    for (size_t i = 0; i < TENON__COUNT(irregulars); i++) {
        if (strcmp(word, irregulars[i].singular) == 0)
            return tenon__arena_text(arena, irregulars[i].plural);
    }
    for (size_t i = 0; i < TENON__COUNT(rules); i++) {
        size_t rest = apply(&rules[i], word);
        if (rest != SIZE_MAX)
            return tenon__arena_format(arena, "%.*s%s", (int)rest, word, rules[i].replacement);
    }
    return tenon__arena_format(arena, "%ss", word);
}
