// A caller in C++: no macros, the structs are filled in by hand and given to the plain functions.
#include "models.h"

#include <cassert>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace {

using Session = std::unique_ptr<tenon_session, decltype(&tenon_session_close)>;

User *add(tenon_session *s, const char *name, int age, Role role)
{
    UserSet set = {};
    set.session = s;
    set.name.op = TENON_SET;
    set.name.value = name;
    set.age.op = TENON_SET;
    set.age.value = age;
    set.role.op = TENON_SET;
    set.role.value = role;
    return user_create_q(&set);
}

UserList find_adults(tenon_session *s)
{
    UserQuery query = {};
    query.session = s;
    query.where.age.op = TENON_GE;
    query.where.age.as.value = 18;
    query.order_by[0].column = USER_AGE;
    query.order_by[0].direction = TENON_DESC;
    query.limit = 10;
    return user_find_many_q(&query);
}

int64_t count_either(tenon_session *s, const std::vector<UserWhere> &either)
{
    UserQuery query = {};
    query.session = s;
    query.where.any.items = either.data();
    query.where.any.count = either.size();
    return user_count_q(&query);
}

} // namespace

int main(int, char **argv)
{
    tenon_error err = {};
    tenon_db *db = tenon_open(argv[1], nullptr, &err);
    if (!db)
        return std::fprintf(stderr, "%s\n", err.message), 1;
    Session session(tenon_session_open(db, nullptr), tenon_session_close);
    tenon_session *s = session.get();

    User *ann = add(s, "ann", 31, ROLE_ADMIN);
    add(s, "ben", 17, ROLE_USER);
    add(s, "cem", 64, ROLE_USER);
    UserList adults = find_adults(s);
    assert(adults.count == 2 && std::strcmp(adults.items[0].name, "cem") == 0);
    assert(adults.items[1].id == ann->id && adults.items[1].role == ROLE_ADMIN);
    assert(USER_LOADED(&adults.items[1], USER_PRICE));

    std::vector<UserWhere> either(2);
    either[0].age.op = TENON_LT;
    either[0].age.as.value = 18;
    either[1].role.op = TENON_EQ;
    either[1].role.as.value = ROLE_ADMIN;
    assert(count_either(s, either) == 2);

    Role role;
    assert(role_from_name("ADMIN", &role) && std::strcmp(role_name(role), "ADMIN") == 0);
    assert(user_find_by_name(s, "ben")->age.value == 17 && !user_find_by_name(s, "dan"));
    assert(user_delete(s, ann->id) != nullptr && user_find(s, ann->id) == nullptr);
    if (tenon_failed(s))
        return std::fprintf(stderr, "%s\n", tenon_message(s)), 1;
    session.reset();
    tenon_close(db);
    return 0;
}
