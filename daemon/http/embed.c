/* SPDX-License-Identifier: GPL-3.0-or-later */
/* embed.c - puts files into the binary: writes a table of struct http_asset, sorted by
 * name, as C; style sheets lose their remarks and blanks. Runs at build time only. usage:
 * embed -o OUT.c SYMBOL FILE... (the table is SYMBOL[], its size nSYMBOL) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "http/squeeze.h"

#define FILE_MAX (1024 * 1024)

static const struct {
	const char *suffix, *type;
} types[] = {
	{".css", "text/css; charset=utf-8"},
	{".ico", "image/x-icon"},
	{".js", "text/javascript; charset=utf-8"},
	{".png", "image/png"},
	{".svg", "image/svg+xml"},
	{".txt", "text/plain; charset=utf-8"},
	{".webmanifest", "application/manifest+json"},
	{".woff2", "font/woff2"},
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(dot, types[i].suffix))
			return types[i].type;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(base_name(*(char *const *)a), base_name(*(char *const *)b));
}

static int write_bytes(FILE *out, const char *path, size_t i, char etag[17])
{
	static unsigned char bytes[FILE_MAX + 1];
	uint8_t hash[SECRET_HASH_SIZE];
	FILE *in = fopen(path, "rb");
	size_t n;

	if (!in) {
		fprintf(stderr, "embed: cannot read %s\n", path);
		return -1;
	}
	n = fread(bytes, 1, sizeof bytes, in);
	fclose(in);
	if (n > FILE_MAX) {
		fprintf(stderr, "embed: %s is longer than 1 MiB\n", path);
		return -1;
	}
	if (!strcmp(type_of(path), "text/css; charset=utf-8"))
		n = squeeze_css(bytes, n);
	secret_sha256(bytes, n, hash);
	for (size_t k = 0; k < 8; k++)
		snprintf(etag + 2 * k, 3, "%02x", hash[k]);
	fprintf(out, "/* %s */\nstatic const uint8_t bytes%zu[] = {", base_name(path), i);
	for (size_t k = 0; k < n; k++)
		fprintf(out, "%s%u,", k % 20 ? "" : "\n\t", bytes[k]);
	fprintf(out, "0};\n");
	return 0;
}

static int write_all(FILE *out, const char *symbol, char **files, size_t n)
{
	char(*etags)[17] = calloc(n + 1, sizeof *etags);

	if (!etags)
		return -1;
	fprintf(out, "/* Made by embed: change the files instead. */\n#include "
		     "\"http/http.h\"\n\n");
	for (size_t i = 0; i < n; i++) {
		if (!type_of(files[i])) {
			fprintf(stderr,
				"embed: %s: the type of such a file is not known\n",
				files[i]);
			return -1;
		}
		if (write_bytes(out, files[i], i, etags[i]))
			return -1;
	}
	fprintf(out,
		"\nextern const struct http_asset %s[];\nextern const size_t n%s;\n\n"
		"const struct http_asset %s[] = {\n",
		symbol, symbol, symbol);
	for (size_t i = 0; i < n; i++) {
		const char *name = base_name(files[i]);

		fprintf(out,
			"\t{\"%s\", \"%s\", \"%s\", \"/static/%s?v=%s\", bytes%zu, "
			"sizeof bytes%zu - "
			"1},\n",
			name, type_of(name), etags[i], name, etags[i], i, i);
	}
	fprintf(out, "};\nconst size_t n%s = %zu;\n", symbol, n);
	free(etags);
	return 0;
}

int main(int argc, char **argv)
{
	FILE *out;
	int failed;

	if (argc < 5 || strcmp(argv[1], "-o") != 0 || secret_init()) {
		fprintf(stderr, "usage: embed -o OUT.c SYMBOL FILE...\n");
		return 2;
	}
	qsort(argv + 4, (size_t)(argc - 4), sizeof *argv, by_name);
	out = fopen(argv[2], "wb");
	if (!out) {
		fprintf(stderr, "embed: cannot write %s\n", argv[2]);
		return 1;
	}
	failed = write_all(out, argv[3], argv + 4, (size_t)(argc - 4));
	failed |= fclose(out);
	if (failed)
		remove(argv[2]);
	return failed ? 1 : 0;
}
