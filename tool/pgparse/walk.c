/* Walking and comparing trees without knowing their kinds.
 *
 * protobuf-c describes every struct: which members it has, of which type and where. Over those
 * descriptions two short functions do for some 240 kinds of nodes what else a switch of thousands
 * of lines would. A Node is left out of what a visitor sees: it only says which kind is in it. */
#include "pgparse/pgparse_inside.h"

static const void *member_at(const void *message, size_t offset)
{
    return (const char *)message + offset;
}

static bool is_repeated(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

/* The messages of a member, of which one that is not repeated has one or none. */
static ProtobufCMessage *const *find_messages(const void *message,
                                              const ProtobufCFieldDescriptor *field, size_t *count)
{
    const void *at = member_at(message, field->offset);
    if (is_repeated(field)) {
        *count = *(const size_t *)member_at(message, field->quantifier_offset);
        return *(ProtobufCMessage *const *const *)at;
    }
    *count = *(ProtobufCMessage *const *)at != NULL;
    return at;
}

ProtobufCMessage *pgparse_inner(const PgQuery__Node *node)
{
    if (!node || node->node_case == PG_QUERY__NODE__NODE__NOT_SET)
        return NULL;
    /* Whatever it is, it is a pointer to a message: the members share one place. */
    return &node->alias->base;
}

/* ---- walking ---- */

static void walk_members(const ProtobufCMessage *message, pgparse_visit *visit, void *context)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        size_t count;
        ProtobufCMessage *const *messages = find_messages(message, field, &count);
        for (size_t k = 0; k < count; k++)
            pgparse_walk(messages[k], visit, context);
    }
}

void pgparse_walk(void *root, pgparse_visit *visit, void *context)
{
    ProtobufCMessage *message = root;
    if (message && PGPARSE_IS(message, node))
        message = pgparse_inner(root);
    if (message && visit(message, context))
        walk_members(message, visit, context);
}

/* ---- comparing ---- */

static bool is_place(const ProtobufCFieldDescriptor *field)
{
    return strcmp(field->name, "location") == 0 || strcmp(field->name, "stmt_location") == 0 ||
           strcmp(field->name, "stmt_len") == 0;
}

/* An absent text is an empty one. */
static bool are_same_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static size_t size_of_type(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return 4;
    }
}

static bool are_same_values(const void *a, const void *b, ProtobufCType type)
{
    if (type == PROTOBUF_C_TYPE_MESSAGE)
        return pgparse_same(*(void *const *)a, *(void *const *)b);
    if (type == PROTOBUF_C_TYPE_STRING)
        return are_same_texts(*(char *const *)a, *(char *const *)b);
    return memcmp(a, b, size_of_type(type)) == 0;
}

static bool are_same_lists(const void *a, const void *b, const ProtobufCFieldDescriptor *field)
{
    size_t count = *(const size_t *)member_at(a, field->quantifier_offset);
    if (count != *(const size_t *)member_at(b, field->quantifier_offset))
        return false;
    const char *left = *(const char *const *)member_at(a, field->offset);
    const char *right = *(const char *const *)member_at(b, field->offset);
    size_t size = size_of_type(field->type);
    for (size_t i = 0; i < count; i++)
        if (!are_same_values(left + i * size, right + i * size, field->type))
            return false;
    return true;
}

/* Whether a member of a oneof is the one that is there. */
static bool is_present(const void *message, const ProtobufCFieldDescriptor *field)
{
    return !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
           *(const uint32_t *)member_at(message, field->quantifier_offset) == field->id;
}

static bool are_same_members(const void *a, const void *b, const ProtobufCFieldDescriptor *field)
{
    if (is_place(field))
        return true;
    if (is_repeated(field))
        return are_same_lists(a, b, field);
    if (is_present(a, field) != is_present(b, field))
        return false;
    return !is_present(a, field) ||
           are_same_values(member_at(a, field->offset), member_at(b, field->offset), field->type);
}

static const ProtobufCMessage *unwrap(const void *message)
{
    const ProtobufCMessage *m = message;
    return m && PGPARSE_IS(m, node) ? pgparse_inner(message) : m;
}

bool pgparse_same(const void *a, const void *b)
{
    const ProtobufCMessage *left = unwrap(a), *right = unwrap(b);
    if (!left || !right)
        return left == right;
    if (left->descriptor != right->descriptor)
        return false;
    for (unsigned i = 0; i < left->descriptor->n_fields; i++)
        if (!are_same_members(left, right, &left->descriptor->fields[i]))
            return false;
    return true;
}

/* ---- names ---- */

const char *pgparse_string(const PgQuery__Node *node)
{
    return node && node->node_case == PG_QUERY__NODE__NODE_STRING ? node->string->sval : NULL;
}

const char *pgparse_last_name(PgQuery__Node *const *names, size_t count)
{
    return count ? pgparse_string(names[count - 1]) : NULL;
}

const char *pgparse_first_name(PgQuery__Node *const *names, size_t count)
{
    return count > 1 ? pgparse_string(names[count - 2]) : NULL;
}
