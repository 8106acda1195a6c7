/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.c - a fuzz target as an ordinary test: every seed of its folder (FUZZ_SEEDS),
 * every cut of it, and each of its bytes inverted, goes through the target once. With
 * --enable-fuzzers libFuzzer's main takes this one's place. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX 65536
#define VARIED_MAX 4096 /* longer seeds run once, as they are */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of its exact size, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	memcpy(exact, bytes, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static int run_file(const char *name)
{
	static uint8_t bytes[SEED_MAX];
	char path[1024];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", FUZZ_SEEDS, name);
	f = fopen(path, "rbe");
	if (!f) {
		perror(path);
		return -1;
	}
	n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	run(bytes, n);
	for (size_t i = 0; i < n && n <= VARIED_MAX; i++) {
		run(bytes, i);
		bytes[i] ^= 0xff;
		run(bytes, n);
		bytes[i] ^= 0xff;
	}
	return 0;
}

int main(void)
{
	DIR *d = opendir(FUZZ_SEEDS);
	const struct dirent *e;
	int n = 0;

	if (!d) {
		perror(FUZZ_SEEDS);
		return 1;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (run_file(e->d_name))
			return 1;
		n++;
	}
	closedir(d);
	printf("%d seeds of %s\n", n, FUZZ_SEEDS);
	return n ? 0 : 1;
}
