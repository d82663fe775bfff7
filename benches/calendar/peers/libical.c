/* The same work with libical, through its C library: reads a workload file, prints one line a task:
 * name, CPU nanoseconds of one pass, how often it was done, checksum.
 * Built and run by the benchmark beside it. */
#include <libical/ical.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Days since 1970-01-01 of a civil date. */
static int64_t days_of(int y, int m, int d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int64_t civil_second(struct icaltimetype t) {
    return days_of(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
}

static char *slurp(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    if (fread(text, 1, size, file) != (size_t)size) { perror(path); exit(1); }
    text[size] = 0;
    fclose(file);
    return text;
}

#define LINES_MAX 4096
static char *rules[LINES_MAX];
static struct icalrecurrencetype compiled[LINES_MAX];
static int rules_count;

/* One pass over all rules up to `end`. With `exact` the checksum of all instances, else something that costs nothing. */
static uint64_t expand(struct icaltimetype start, struct icaltimetype end, int parse, int exact, uint64_t *count) {
    uint64_t sum = 0, n = 0;
    for (int i = 0; i < rules_count; i++) {
        struct icalrecurrencetype rule = parse ? icalrecurrencetype_from_string(rules[i]) : compiled[i];
        icalrecur_iterator *it = icalrecur_iterator_new(rule, start);
        if (!it) continue;
        for (;;) {
            struct icaltimetype t = icalrecur_iterator_next(it);
            if (icaltime_is_null_time(t) || icaltime_compare(t, end) >= 0) break;
            n++;
            sum += exact ? (uint64_t)civil_second(t) * 31 + (uint64_t)i : (uint64_t)t.day;
        }
        icalrecur_iterator_free(it);
    }
    *count = n;
    return sum;
}

static void measure_expansion(const char *name, const char *from, const char *to, int parse) {
    struct icaltimetype start = icaltime_from_string(from), end = icaltime_from_string(to);
    uint64_t count, ignored = 0;
    uint64_t sum = expand(start, end, parse, 1, &count);
    int passes = 0;
    double begun = cpu_seconds(), spent;
    do {
        ignored += expand(start, end, parse, 0, &count);
        passes++;
        spent = cpu_seconds() - begun;
    } while (spent < 1.0);
    printf("%s %.0f %llu %llu\n", name, spent / passes * 1e9, (unsigned long long)count, (unsigned long long)sum);
    if (ignored == 42) puts("");
}

struct span { int64_t from, to; };
static struct span *spans;
static size_t spans_count, spans_size;

static void add_span(icalcomponent *comp, struct icaltime_span *span, void *data) {
    (void)comp; (void)data;
    if (spans_count == spans_size) {
        spans_size = spans_size ? spans_size * 2 : 1024;
        spans = realloc(spans, spans_size * sizeof *spans);
    }
    spans[spans_count++] = (struct span){span->start, span->end};
}

static int by_start(const void *a, const void *b) {
    const struct span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static uint64_t busy(icalcomponent *calendar, struct icaltimetype from, struct icaltimetype to) {
    int64_t low = icaltime_as_timet(from), high = icaltime_as_timet(to);
    spans_count = 0;
    icalcompiter it = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *e; (e = icalcompiter_deref(&it)); icalcompiter_next(&it))
        icalcomponent_foreach_recurrence(e, from, to, add_span, NULL);
    qsort(spans, spans_count, sizeof *spans, by_start);
    uint64_t sum = 0;
    int64_t open = 0, until = -1;
    int any = 0;
    for (size_t i = 0; i < spans_count; i++) {
        int64_t a = spans[i].from < low ? low : spans[i].from, b = spans[i].to > high ? high : spans[i].to;
        if (a >= b) continue;
        if (any && a <= until) { if (b > until) until = b; continue; }
        if (any) sum += (uint64_t)open * 31 + (uint64_t)until;
        open = a; until = b; any = 1;
    }
    if (any) sum += (uint64_t)open * 31 + (uint64_t)until;
    return sum;
}

static void measure_busy(const char *path, const char *from, const char *to) {
    char *text = slurp(path);
    icalcomponent *root = icalparser_parse_string(text);
    free(text);
    struct icaltimetype low = icaltime_from_string(from), high = icaltime_from_string(to);
    double begun = cpu_seconds();
    uint64_t sum = 0, calendars = 0;
    if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) {
        sum = busy(root, low, high); calendars = 1;
    } else {
        for (icalcomponent *c = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT); c;
             c = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT)) {
            sum += busy(c, low, high);
            calendars++;
        }
    }
    printf("busy %.0f %llu %llu\n", (cpu_seconds() - begun) * 1e9, (unsigned long long)calendars, (unsigned long long)sum);
    icalcomponent_free(root);
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: libical RULES CALENDARS\n"); return 2; }
    printf("version %s 0 0\n", ICAL_VERSION);
    char *text = slurp(argv[1]);
    for (char *line = strtok(text, "\n"); line && rules_count < LINES_MAX; line = strtok(NULL, "\n")) {
        if (*line == '#') continue;
        compiled[rules_count] = icalrecurrencetype_from_string(line);
        rules[rules_count++] = line;
    }
    measure_expansion("expand10", "20200106T090000", "20300106T090000", 0);
    measure_expansion("parse10", "20200106T090000", "20300106T090000", 1);
    measure_expansion("parse1", "20200106T090000", "20210106T090000", 1);
    measure_busy(argv[2], "20261102T000000Z", "20261130T000000Z");
    return 0;
}
