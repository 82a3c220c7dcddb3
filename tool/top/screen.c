/* A terminal that shows a program live. Plain escape sequences that every terminal of the last
 * thirty years knows: a screen of its own, lines written over and cleared behind, so that nothing
 * flickers. (ncurses would bring a dependency for what is fifteen bytes here.)
 *
 * Whatever happens the terminal is given back: signals only set a flag, which ends the loop. */
#include "top/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { LINES_OF_HEAD = 5 };

static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
    (void)signal;
    is_stopped = 1;
}

/* Interrupts the wait: the screen is drawn anew, in its new size. */
static void notice(int signal)
{
    (void)signal;
}

typedef struct screen {
    struct termios before;
    struct sigaction interrupt, terminate, resize;
    top_snapshot last;
} screen;

static void write_all(const char *text, size_t length)
{
    while (length) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

static bool open_screen(screen *s, tenon_error *err)
{
    static const char begin[] = "\033[?1049h\033[?25l";
    const struct sigaction stopping = {.sa_handler = stop}, noticing = {.sa_handler = notice};
    if (tcgetattr(STDIN_FILENO, &s->before) != 0)
        return tenon__fail(err, TENON_UNSUPPORTED, "the input is no terminal; see --once");
    struct termios raw = s->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    is_stopped = 0;
    sigaction(SIGINT, &stopping, &s->interrupt);
    sigaction(SIGTERM, &stopping, &s->terminate);
    sigaction(SIGWINCH, &noticing, &s->resize);
    write_all(begin, sizeof begin - 1);
    return true;
}

static void close_screen(screen *s)
{
    static const char end[] = "\033[?25h\033[?1049l";
    write_all(end, sizeof end - 1);
    sigaction(SIGINT, &s->interrupt, NULL);
    sigaction(SIGTERM, &s->terminate, NULL);
    sigaction(SIGWINCH, &s->resize, NULL);
    tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
    top_snapshot_release(&s->last);
}

static void fit(top_view *view)
{
    struct winsize size = {0};
    bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    size_t rows = is_known ? size.ws_row : 24;
    view->width = is_known ? size.ws_col : 80;
    view->most_rows = rows > LINES_OF_HEAD ? rows - LINES_OF_HEAD : 1;
}

/* Each line is cleared to its end, and all below the last. */
static void draw(const top_snapshot *snapshot, const top_view *view)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf lines = {0}, out = {0};
    top_show(&lines, snapshot, view);
    tenon__buf_text(&out, "\033[H");
    for (size_t i = 0; i < lines.length; i++) {
        if (lines.data[i] == '\n')
            tenon__buf_text(&out, "\033[K\r\n");
        else
            tenon__buf_char(&out, lines.data[i]);
    }
    tenon__buf_text(&out, "\033[J");
    if (!out.failed)
        write_all(out.data, out.length);
}

static bool refresh(screen *s, const char *path, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    top_snapshot now = {0};
    if (!top_ask(path, "json", &text, err) ||
        !top_read(&now, tenon__buf_string(&text), text.length, err)) {
        top_snapshot_release(&now);
        return false;
    }
    top_rate(&now, s->last.rows ? &s->last : NULL);
    top_snapshot_release(&s->last);
    s->last = now;
    return true;
}

/* False: it is over. */
static bool press(char key, top_view *view)
{
    top_order order = top_order_of_key(key);
    if (order != TOP_ORDERS)
        view->order = order;
    return key != 'q';
}

/* Keys until it is time for the next snapshot; the same one is shown in another order at once. */
static bool wait_for_keys(screen *s, int64_t until_us, top_view *view)
{
    for (;;) {
        int64_t left_us = until_us - tenon__monotonic_us();
        struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
        int ready = poll(&keys, 1, left_us > 0 ? (int)(left_us / 1000) : 0);
        char key = 0;
        if (is_stopped || (ready < 0 && errno != EINTR))
            return false;
        if (ready == 0)
            return true;
        if (ready > 0 && (read(STDIN_FILENO, &key, 1) != 1 || !press(key, view)))
            return false;
        fit(view);
        top_sort(&s->last, view->order);
        draw(&s->last, view);
    }
}

bool top_watch(const char *path, int64_t interval_us, top_view view, tenon_error *err)
{
    screen s = {0};
    if (!refresh(&s, path, err) || !open_screen(&s, err)) {
        top_snapshot_release(&s.last);
        return false;
    }
    bool is_there = true, goes_on = true;
    while (goes_on && is_there) {
        fit(&view);
        top_sort(&s.last, view.order);
        draw(&s.last, &view);
        goes_on = wait_for_keys(&s, tenon__monotonic_us() + interval_us, &view);
        is_there = !goes_on || refresh(&s, path, err);
    }
    close_screen(&s);
    return is_there;
}
