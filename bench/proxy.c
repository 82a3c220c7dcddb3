/* A long way to a PostgreSQL server, for the benchmark:
 *
 *     bench-proxy URL MICROSECONDS
 *
 * prints a URL that leads to the same database with a round trip longer by so much, and stays until
 * its standard input ends. */
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    const char *why = "usage: bench-proxy URL MICROSECONDS";
    proxy *p = argc == 3 ? proxy_open(argv[1], strtoll(argv[2], NULL, 10), &why) : NULL;
    if (!p) {
        fprintf(stderr, "bench-proxy: %s\n", why);
        return 1;
    }
    puts(proxy_url(p));
    fflush(stdout);
    while (getchar() != EOF)
        ;
    proxy_close(p);
    return 0;
}
