/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/tdreport.h"

#include "core/bytes.h"
#include "core/diag.h"

size_t
td_report_len(unsigned kind)
{
	switch (kind) {
	case TD_REPORT_10:
		return TD_REPORT_10_LEN;
	case TD_REPORT_15:
		return TD_REPORT_15_LEN;
	case TD_REPORT_15_EX:
		return TD_REPORT_15_EX_LEN;
	default:
		return 0;
	}
}

static void
read_10(struct td_report *t, struct reader *r)
{
	reader_copy(r, t->tee_tcb_svn, sizeof t->tee_tcb_svn);
	reader_copy(r, t->mr_seam, sizeof t->mr_seam);
	reader_copy(r, t->mrsigner_seam, sizeof t->mrsigner_seam);
	t->seam_attributes = reader_u64le(r);
	t->td_attributes = reader_u64le(r);
	t->xfam = reader_u64le(r);
	reader_copy(r, t->mr_td, sizeof t->mr_td);
	reader_copy(r, t->mr_config_id, sizeof t->mr_config_id);
	reader_copy(r, t->mr_owner, sizeof t->mr_owner);
	reader_copy(r, t->mr_owner_config, sizeof t->mr_owner_config);
	for (size_t i = 0; i < TD_NUM_RTMRS; i++)
		reader_copy(r, t->rtmr[i], sizeof t->rtmr[i]);
	reader_copy(r, t->report_data, sizeof t->report_data);
}

static void
read_15_ex(struct td_report *t, struct reader *r)
{
	t->vmid = reader_u8(r);
	reader_copy(r, t->td_id, sizeof t->td_id);
	reader_copy(r, t->devinfo, sizeof t->devinfo);
	reader_copy(r, t->init_servtd_hash, sizeof t->init_servtd_hash);
	t->init_servtd_attr = reader_u64le(r);
	reader_copy(r, t->init_cpusvn, sizeof t->init_cpusvn);
	reader_copy(r, t->init_tee_tcb_svn, sizeof t->init_tee_tcb_svn);
	reader_copy(r, t->init_fmspc, sizeof t->init_fmspc);
	reader_copy(r, t->cur_servtd_hash, sizeof t->cur_servtd_hash);
	t->cur_servtd_attr = reader_u64le(r);
}

jurat_rc
td_report_parse(struct td_report *out, unsigned kind, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct td_report t = { 0 };
	struct reader r;
	jurat_rc rc;

	if (td_report_len(kind) == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "td_report.kind", NO_OFFSET, TD_REPORT_10, kind);
	t.kind = (enum td_report_kind)kind;
	reader_init(&r, p, len);
	read_10(&t, &r);
	if (kind >= TD_REPORT_15) {
		reader_copy(&r, t.tee_tcb_svn2, sizeof t.tee_tcb_svn2);
		reader_copy(&r, t.mr_servicetd, sizeof t.mr_servicetd);
	}
	if (kind == TD_REPORT_15_EX)
		read_15_ex(&t, &r);
	rc = reader_end(&r, "td_report", d);
	if (rc == JURAT_OK)
		*out = t;
	return rc;
}

static void
write_10(struct writer *w, const struct td_report *t)
{
	writer_copy(w, t->tee_tcb_svn, sizeof t->tee_tcb_svn);
	writer_copy(w, t->mr_seam, sizeof t->mr_seam);
	writer_copy(w, t->mrsigner_seam, sizeof t->mrsigner_seam);
	writer_u64le(w, t->seam_attributes);
	writer_u64le(w, t->td_attributes);
	writer_u64le(w, t->xfam);
	writer_copy(w, t->mr_td, sizeof t->mr_td);
	writer_copy(w, t->mr_config_id, sizeof t->mr_config_id);
	writer_copy(w, t->mr_owner, sizeof t->mr_owner);
	writer_copy(w, t->mr_owner_config, sizeof t->mr_owner_config);
	for (size_t i = 0; i < TD_NUM_RTMRS; i++)
		writer_copy(w, t->rtmr[i], sizeof t->rtmr[i]);
	writer_copy(w, t->report_data, sizeof t->report_data);
}

static void
write_15_ex(struct writer *w, const struct td_report *t)
{
	writer_u8(w, t->vmid);
	writer_copy(w, t->td_id, sizeof t->td_id);
	writer_copy(w, t->devinfo, sizeof t->devinfo);
	writer_copy(w, t->init_servtd_hash, sizeof t->init_servtd_hash);
	writer_u64le(w, t->init_servtd_attr);
	writer_copy(w, t->init_cpusvn, sizeof t->init_cpusvn);
	writer_copy(w, t->init_tee_tcb_svn, sizeof t->init_tee_tcb_svn);
	writer_copy(w, t->init_fmspc, sizeof t->init_fmspc);
	writer_copy(w, t->cur_servtd_hash, sizeof t->cur_servtd_hash);
	writer_u64le(w, t->cur_servtd_attr);
}

void
td_report_encode(uint8_t *out, const struct td_report *report)
{
	struct writer w;

	writer_init(&w, out, td_report_len(report->kind));
	write_10(&w, report);
	if (report->kind >= TD_REPORT_15) {
		writer_copy(&w, report->tee_tcb_svn2, sizeof report->tee_tcb_svn2);
		writer_copy(&w, report->mr_servicetd, sizeof report->mr_servicetd);
	}
	if (report->kind == TD_REPORT_15_EX)
		write_15_ex(&w, report);
}
