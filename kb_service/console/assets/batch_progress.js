/** A batch under way: asks once a second how far it is, and shows the page anew when a file has come further. */

import { byId } from "./dom.js";

const box = byId("batch");
const stageOf = new Map([...box.querySelectorAll("[data-upload]")].map((row) => [row.dataset.upload, row.dataset.stage]));

async function look() {
  const reply = await fetch(box.dataset.address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!reply?.ok) return;
  const batch = await reply.json();
  byId("batch-progress").value = batch.percent;
  byId("batch-done").textContent = `${batch.done} / ${batch.files} 个文件已处理`;
  if (batch.uploads.some((upload) => stageOf.get(upload.upload_id) !== upload.stage)) location.reload();
}

setInterval(look, 1000);
