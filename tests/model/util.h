/* SPDX-License-Identifier: MIT */
/*
 * Small helpers that every part of the model uses.
 */
#ifndef XE_MODEL_UTIL_H
#define XE_MODEL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define BIT(n)			(1u << (n))
#define BIT64(n)		(1ull << (n))
#define GENMASK(h, l)		((~0u << (l)) & (~0u >> (31 - (h))))
#define GENMASK64(h, l)		((~0ull << (l)) & (~0ull >> (63 - (h))))
#define FIELD_GET(mask, v)	(((v) & (mask)) / ((mask) & -(mask)))
#define FIELD_PREP(mask, v)	(((v) * ((mask) & -(mask))) & (mask))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define KIB(n)			((u64)(n) << 10)
#define MIB(n)			((u64)(n) << 20)
#define GIB(n)			((u64)(n) << 30)
#define PAGE_4K			4096u
#define ALL_ONES		0xffffffffu

#define PRINTF(fmt, args)	__attribute__((format(printf, fmt, args)))
#define CLEANUP(fn)		__attribute__((cleanup(fn)))

#endif
