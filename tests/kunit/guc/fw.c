// SPDX-License-Identifier: MIT
/*
 * Firmware files: good ones, and each way of being bad.
 */

#include "../../../guc/fw.c"

#include <kunit/test.h>

/* A GuC file: header of 128 bytes, 16 words of code, a key of 64 words, all else 0. */
#define CSS_WORDS	(sizeof(struct xe_css_header) / sizeof(u32))
#define CODE_WORDS	16
#define KEY_WORDS	64
#define FILE_WORDS	(CSS_WORDS + CODE_WORDS + KEY_WORDS)

struct css_case {
	const char *name;
	size_t word;		/* of the header, to be changed */
	u32 value;
	size_t size;		/* of the file, 0 for as it is */
	int err;
	const char *says;
};

#define WORD(member) (offsetof(struct xe_css_header, member) / sizeof(u32))

static const struct css_case css_cases[] = {
	{ "good", WORD(date), 0, 0, 0, "" },
	{ "empty", WORD(date), 0, 1, -ENODATA, "truncated" },
	{ "header cut", WORD(date), 0, sizeof(struct xe_css_header) - 1, -ENODATA, "truncated" },
	{ "header only", WORD(date), 0, sizeof(struct xe_css_header), -ENODATA, "truncated" },
	{ "last byte cut", WORD(date), 0, FILE_WORDS * 4 - 1, -ENODATA, "truncated" },
	{ "huge", WORD(date), 0, FILE_BYTES_MAX + 1, -EFBIG, "more than the card" },
	{ "other type", WORD(module_type), 7, 0, -EINVAL, "not firmware" },
	{ "other vendor", WORD(vendor), 0x8087, 0, -EINVAL, "not firmware" },
	{ "no header", WORD(header_words), 0, 0, -EPROTO, "header of 0 words" },
	{ "header wraps", WORD(header_words), ~0u, 0, -EPROTO, "header of" },
	{ "no code", WORD(total_words), CSS_WORDS + KEY_WORDS, 0, -EPROTO, "no code" },
	{ "total wraps", WORD(total_words), ~0u, 0, -ENODATA, "truncated" },
	{ "key wraps", WORD(key_words), ~0u, 0, -EPROTO, "header of" },
	{ "modulus wraps", WORD(modulus_words), ~0u, 0, -EPROTO, "header of" },
	{ "exponent wraps", WORD(exponent_words), ~0u, 0, -EPROTO, "header of" },
	{ "older major", WORD(version), 69 << 16 | 99 << 8, 0, -ENOEXEC, "too old" },
	{ "older minor", WORD(version), 70 << 16 | 28 << 8 | 9, 0, -ENOEXEC, "too old" },
	{ "older patch", WORD(version), 70 << 16 | 29 << 8 | 1, 0, -ENOEXEC, "too old" },
	{ "oldest", WORD(version), 70 << 16 | 29 << 8 | 2, 0, 0, "" },
	{ "newer minor", WORD(version), 70 << 16 | 44 << 8, 0, 0, "" },
	{ "newer major", WORD(version), 71 << 16, 0, -ENOEXEC, "too new" },
	{ "private data", WORD(private_bytes), SZ_64M, 0, 0, "" },
	{ "too much of it", WORD(private_bytes), SZ_64M + 1, 0, -EPROTO, "absurd" },
};

KUNIT_ARRAY_PARAM_DESC(css, css_cases, name);

static void fill_css(u32 *words)
{
	struct xe_css_header *css = (void *)words;

	css->module_type = cpu_to_le32(CSS_MODULE_TYPE);
	css->vendor = cpu_to_le32(CSS_VENDOR_INTEL);
	css->header_words = cpu_to_le32(CSS_WORDS + KEY_WORDS);
	css->total_words = cpu_to_le32(CSS_WORDS + KEY_WORDS + CODE_WORDS);
	css->key_words = cpu_to_le32(KEY_WORDS);
	css->version = cpu_to_le32(70 << 16 | 36 << 8 | 0);
	css->submission_version = cpu_to_le32(1 << 16 | 17 << 8 | 3);
}

/* The file has exactly the memory that it says it has, so that KASAN sees a read behind it. */
static void test_guc(struct kunit *test)
{
	const struct css_case *c = test->param_value;
	size_t size = c->size ?: FILE_WORDS * sizeof(u32);
	struct xe_fw_fault fault;
	struct xe_fw_image image;
	u32 words[FILE_WORDS] = {};
	void *file;

	fill_css(words);
	words[c->word] = c->value;
	file = kunit_kzalloc(test, min(size, sizeof(words)), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, file);
	memcpy(file, words, min(size, sizeof(words)));

	KUNIT_EXPECT_EQ(test, xe_fw_parse(XE_FW_GUC, file, size, &image, &fault), c->err);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(fault.text, c->says), "it says: %s", fault.text);
	KUNIT_EXPECT_EQ_MSG(test, !c->err, !fault.text[0], "it says: %s", fault.text);
	if (c->err)
		return;

	KUNIT_EXPECT_EQ(test, image.start, 0);
	KUNIT_EXPECT_EQ(test, image.upload, (CSS_WORDS + CODE_WORDS) * sizeof(u32));
	KUNIT_EXPECT_EQ(test, image.signature, image.upload);
	KUNIT_EXPECT_EQ(test, image.signature_bytes, KEY_WORDS * sizeof(u32));
	KUNIT_EXPECT_EQ(test, image.submission.minor, 17);
}

/* A HuC file: directory, manifest, image. */
struct huc_file {
	struct xe_cpd_header cpd;
	struct xe_cpd_entry entries[2];
	struct xe_cpd_manifest manifest;
	u32 image[FILE_WORDS];
};

struct huc_case {
	const char *name;
	size_t offset;		/* of the 32-bit word to be changed */
	u32 value;
	size_t size;
	int err;
};

#define AT(member) offsetof(struct huc_file, member)

static const struct huc_case huc_cases[] = {
	{ "good", AT(cpd.crc), 0, 0, 0 },
	{ "empty", AT(cpd.crc), 0, 1, -EINVAL },
	{ "no marker", AT(cpd.marker), 0, 0, -EINVAL },
	{ "directory cut", AT(cpd.crc), 0, AT(manifest) - 1, -ENODATA },
	{ "image cut", AT(cpd.crc), 0, sizeof(struct huc_file) - 1, -ENODATA },
	{ "no entries", AT(cpd.entries), 0, 0, -ENODATA },
	{ "too many entries", AT(cpd.entries), ~0u, 0, -ENODATA },
	{ "header short", AT(cpd.header_version), 1 << 16, 0, -EPROTO },
	{ "header long", AT(cpd.header_version), 0xff << 16, 0, -ENODATA },
	{ "manifest outside", AT(entries[0].offset), 0x1ffffff, 0, -ENODATA },
	{ "image outside", AT(entries[1].offset), sizeof(struct huc_file) - 4, 0, -ENODATA },
	{ "image elsewhere", AT(entries[1].offset), 0, 0, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(huc, huc_cases, name);

static void test_huc(struct kunit *test)
{
	const struct huc_case *c = test->param_value;
	struct huc_file good = {
		.cpd = { cpu_to_le32(CPD_MARKER), cpu_to_le32(2), .header_bytes = 20 },
		.entries = { { "HUCP.man", cpu_to_le32(AT(manifest)) },
			     { "huc_fw", cpu_to_le32(AT(image)) } },
		.manifest.version = { cpu_to_le16(8), cpu_to_le16(2), cpu_to_le16(10) },
	};
	size_t size = c->size ?: sizeof(good);
	struct xe_fw_fault fault;
	struct xe_fw_image image;
	void *file;

	fill_css(good.image);
	*(u32 *)((void *)&good + c->offset) = c->offset == AT(cpd.crc) ? 0 : c->value;
	file = kunit_kzalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, file);
	memcpy(file, &good, size);

	KUNIT_EXPECT_EQ_MSG(test, xe_fw_parse(XE_FW_HUC, file, size, &image, &fault), c->err,
			    "it says: %s", fault.text);
	if (c->err)
		return;
	KUNIT_EXPECT_EQ(test, image.start, AT(image));
	KUNIT_EXPECT_EQ(test, image.version.major, 8);
	KUNIT_EXPECT_EQ(test, image.version.patch, 10);
	KUNIT_EXPECT_LE(test, image.signature + image.signature_bytes, size);
}

static struct kunit_case fw_cases[] = {
	KUNIT_CASE_PARAM(test_guc, css_gen_params),
	KUNIT_CASE_PARAM(test_huc, huc_gen_params),
	{ }
};

static struct kunit_suite fw_suite = {
	.name = "xe_fw",
	.test_cases = fw_cases,
};

kunit_test_suite(fw_suite);
