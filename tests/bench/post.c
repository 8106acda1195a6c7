/* SPDX-License-Identifier: GPL-3.0-or-later */
/* post.c - a bare libcurl loop: what a provider takes from a client that does nothing but
 * send. Each of some threads has one easy handle and sends its share, one message after
 * the other.
 *
 * usage: post [-c THREADS] [-n MESSAGES] [-f] [-u USER:PASSWORD] [-a CAFILE] URL [BODY]
 * -f: a fresh connection for each. An smtp:// URL sends a mail of half a kilobyte, by
 * STARTTLS; a http:// URL posts BODY, or gets the URL without one. Prints one JSON
 * object. */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

static struct {
	const char *url, *body, *user, *ca;
	long messages;
	int threads, fresh;
} job = {.messages = 10000, .threads = 1};

struct share {
	pthread_t thread;
	long messages, wrong;
};

static size_t drop(char *bytes, size_t size, size_t n, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * n;
}

static size_t read_mail(char *out, size_t size, size_t n, void *arg)
{
	size_t *at = arg, left = strlen(job.body) - *at;

	if (left > size * n)
		left = size * n;
	memcpy(out, job.body + *at, left);
	*at += left;
	return left;
}

static void prepare(CURL *c, struct curl_slist *to, size_t *at)
{
	curl_easy_setopt(c, CURLOPT_URL, job.url);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	if (job.fresh) {
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	}
	if (job.user)
		curl_easy_setopt(c, CURLOPT_USERPWD, job.user);
	if (job.ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, job.ca);
	if (strncmp(job.url, "smtp", 4) == 0) {
		curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
		curl_easy_setopt(c, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
		curl_easy_setopt(c, CURLOPT_MAIL_FROM, "<rdv@example.org>");
		curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, read_mail);
		curl_easy_setopt(c, CURLOPT_READDATA, at);
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	} else if (job.body) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, job.body);
	}
}

static void *send_share(void *arg)
{
	struct share *s = arg;
	struct curl_slist *to = curl_slist_append(NULL, "<lea@example.net>");
	CURL *c = curl_easy_init();
	size_t at = 0;

	prepare(c, to, &at);
	for (long i = 0; i < s->messages; i++) {
		long status = 0;

		at = 0;
		if (curl_easy_perform(c) != CURLE_OK) {
			s->wrong++;
			continue;
		}
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
		s->wrong += status / 100 != 2;
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	return NULL;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct share shares[THREADS_MAX] = {0};
	int64_t begun;
	double seconds;
	long wrong = 0;
	int o;

	while ((o = getopt(argc, argv, "c:n:fu:a:")) != -1) {
		switch (o) {
		case 'c': job.threads = (int)strtol(optarg, NULL, 10); break;
		case 'n': job.messages = strtol(optarg, NULL, 10); break;
		case 'f': job.fresh = 1; break;
		case 'u': job.user = optarg; break;
		case 'a': job.ca = optarg; break;
		default: return 2;
		}
	}
	if (optind >= argc ||
	    (strncmp(argv[optind], "smtp", 4) == 0 && optind + 1 >= argc) ||
	    job.threads < 1 || job.threads > THREADS_MAX)
		return 2;
	job.url = argv[optind];
	job.body = optind + 1 < argc ? argv[optind + 1] : NULL;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	begun = now_ns();
	for (int i = 0; i < job.threads; i++) {
		shares[i].messages = job.messages / job.threads;
		pthread_create(&shares[i].thread, NULL, send_share, &shares[i]);
	}
	for (int i = 0; i < job.threads; i++) {
		pthread_join(shares[i].thread, NULL);
		wrong += shares[i].wrong;
	}
	seconds = (double)(now_ns() - begun) / 1e9;
	printf("{\"messages\": %ld, \"seconds\": %.3f, \"rate\": %.1f, \"wrong\": %ld}\n",
	       job.messages / job.threads * job.threads, seconds,
	       (double)(job.messages / job.threads * job.threads) / seconds, wrong);
	return 0;
}
