/** Talks with people over HTTP: the person's side, and the helper's. */

import { getJson, postJson } from "./service.js";

export const GOING_ON = ["open", "claimed", "answered", "work_order"];

export const isGoingOn = (talk) => GOING_ON.includes(talk?.state);

const at = (id) => `/v1/talks/${encodeURIComponent(id)}`;
const escalation = (id) => `/v1/escalations/${encodeURIComponent(id)}`;

export const openTalk = (conversationId, department) =>
  postJson("/v1/escalations", { conversation_id: conversationId, ...(department && { department }) });
export const talk = (id) => getJson(at(id));
export const say = (id, text) => postJson(`${at(id)}/messages`, { text });
export const leave = (id) => postJson(`${at(id)}:leave`, {});
export const reopen = (id) => postJson(`${at(id)}:reopen`, {});
export const judge = (id, verdict) => postJson(`${at(id)}:judge`, { verdict });
export const talkEvents = (id) => `${at(id)}/events`;

export const me = () => getJson("/v1/me");
export const helpers = () => getJson("/v1/helpers");
export const departments = () => getJson("/v1/departments");
export const presence = (isPresent) => postJson("/v1/helpers/me:presence", { is_present: isPresent });
export const escalations = (parameters) => getJson(`/v1/escalations?${new URLSearchParams(parameters)}`);
export const move = (id, name, body) => postJson(`${escalation(id)}:${name}`, body ?? {});
export const decide = (id, number, name, body) => postJson(`${escalation(id)}/proposals/${number}:${name}`, body ?? {});
export const escalationEvents = (id) => `${escalation(id)}/events`;
export const QUEUE_EVENTS = "/v1/escalations/events";
