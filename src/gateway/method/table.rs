//! Every method, one row each: name, whether hello-ok names it, who may call it, its parameters.
//!
//! Source: OpenClaw 2026.4.12. The notation of parameters is that of `gateway::shape`; `-` stands
//! where they are not checked by shape. What is shown comes in the order of hello-ok.

use super::{Gate, Method};
use crate::gateway::scope;

/// The parameters of `connect`.
pub(super) const CONNECT: &str = r#"{ minProtocol: int(≥1), maxProtocol: int(≥1), client: { id: "webchat-ui"¦"openclaw-control-ui"
    ¦"openclaw-tui"¦"webchat"¦"cli"¦"gateway-client"¦"openclaw-macos"¦"openclaw-ios"¦"openclaw-android"
    ¦"node-host"¦"test"¦"fingerprint"¦"openclaw-probe", displayName?: str(nonempty), version: str(nonempty),
    platform: str(nonempty), deviceFamily?: str(nonempty), modelIdentifier?: str(nonempty),
    mode: "webchat"¦"cli"¦"ui"¦"backend"¦"node"¦"probe"¦"test", instanceId?: str(nonempty) },
    caps?: [str(nonempty)], commands?: [str(nonempty)], permissions?: {*: bool}, pathEnv?: str,
    role?: str(nonempty), scopes?: [str(nonempty)], device?: { id: str(nonempty), publicKey: str(nonempty),
    signature: str(nonempty), signedAt: int(≥0), nonce: str(nonempty) }, auth?: { token?: str,
    bootstrapToken?: str, deviceToken?: str, password?: str }, locale?: str, userAgent?: str }"#;

macro_rules! methods {
    ($($name:literal $shown:ident $gate:ident $params:tt;)*) => {
        /// Every method: those that hello-ok names, in its order, then the others.
        pub static TABLE: &[Method] = &[$(Method {
            name: $name,
            advertised: methods!(@ $shown),
            gate: methods!(@ $gate),
            params: methods!(@ $params),
        }),*];
    };
    (@ shown) => { true };
    (@ hidden) => { false };
    (@ anybody) => { Gate::Anybody };
    (@ node) => { Gate::Node };
    (@ admin) => { Gate::Operator(scope::ADMIN) };
    (@ read) => { Gate::Operator(scope::READ) };
    (@ write) => { Gate::Operator(scope::WRITE) };
    (@ approvals) => { Gate::Operator(scope::APPROVALS) };
    (@ pairing) => { Gate::Operator(scope::PAIRING) };
    (@ -) => { None };
    (@ ($shape:expr)) => { Some($shape) };
}

methods! {
    "health" shown anybody -;
    "doctor.memory.status" shown read -;
    "doctor.memory.dreamDiary" shown read -;
    "doctor.memory.backfillDreamDiary" shown write -;
    "doctor.memory.resetDreamDiary" shown write -;
    "doctor.memory.resetGroundedShortTerm" shown write -;
    "doctor.memory.repairDreamingArtifacts" shown write -;
    "doctor.memory.dedupeDreamDiary" shown write -;
    "logs.tail" shown read ("{ cursor?: int(≥0), limit?: int(≥1,≤5000), maxBytes?: int(≥1,≤1000000) }");
    "channels.status" shown read ("{ probe?: bool, timeoutMs?: int(≥0) }");
    "channels.logout" shown admin ("{ channel: str(nonempty), accountId?: str }");
    "status" shown read -;
    "usage.status" shown read -;
    "usage.cost" shown read -;
    "tts.status" shown read -;
    "tts.providers" shown read -;
    "tts.enable" shown write -;
    "tts.disable" shown write -;
    "tts.convert" shown write -;
    "tts.setProvider" shown write -;
    "config.get" shown read ("{}");
    "config.set" shown admin ("{ raw: str(nonempty), baseHash?: str(nonempty) }");
    "config.apply" shown admin ("
        { raw: str(nonempty), baseHash?: str(nonempty), sessionKey?: str, deliveryContext?: { channel?: str,
        to?: str, accountId?: str, threadId?: str¦num }, note?: str, restartDelayMs?: int(≥0) }");
    "config.patch" shown admin ("
        { raw: str(nonempty), baseHash?: str(nonempty), sessionKey?: str, deliveryContext?: { channel?: str,
        to?: str, accountId?: str, threadId?: str¦num }, note?: str, restartDelayMs?: int(≥0) }");
    "config.schema" shown admin ("{}");
    "config.schema.lookup" shown read (r"{ path: str(nonempty,max1024,/^[A-Za-z0-9_./\[\]\-*]+$/) }");
    "exec.approvals.get" shown admin ("{}");
    "exec.approvals.set" shown admin ("
        { file: { version: 1, socket?: { path?: str, token?: str }, defaults?: { security?: str, ask?: str,
        askFallback?: str, autoAllowSkills?: bool }, agents?: {*: { security?: str, ask?: str, askFallback?:
        str, autoAllowSkills?: bool, allowlist?: [{ id?: str(nonempty), pattern: str, argPattern?: str,
        lastUsedAt?: int(≥0), lastUsedCommand?: str, lastResolvedPath?: str }] }} }, baseHash?:
        str(nonempty) }");
    "exec.approvals.node.get" shown admin ("{ nodeId: str(nonempty) }");
    "exec.approvals.node.set" shown admin ("
        { nodeId: str(nonempty), file: { version: 1, socket?: { path?: str, token?: str }, defaults?: {
        security?: str, ask?: str, askFallback?: str, autoAllowSkills?: bool }, agents?: {*: { security?:
        str, ask?: str, askFallback?: str, autoAllowSkills?: bool, allowlist?: [{ id?: str(nonempty),
        pattern: str, argPattern?: str, lastUsedAt?: int(≥0), lastUsedCommand?: str, lastResolvedPath?: str
        }] }} }, baseHash?: str(nonempty) }");
    "exec.approval.get" shown approvals ("{ id: str(nonempty) }");
    "exec.approval.list" shown approvals -;
    "exec.approval.request" shown approvals ("
        { id?: str(nonempty), command?: str(nonempty), commandArgv?: [str], systemRunPlan?: { argv: [str],
        cwd: str¦null, commandText: str, commandPreview?: str¦null, agentId: str¦null, sessionKey: str¦null,
        mutableFileOperand?: { argvIndex: int(≥0), path: str, sha256: str }¦null }, env?: {*: str}, cwd?:
        str¦null, nodeId?: str(nonempty)¦null, host?: str¦null, security?: str¦null, ask?: str¦null,
        agentId?: str¦null, resolvedPath?: str¦null, sessionKey?: str¦null, turnSourceChannel?: str¦null,
        turnSourceTo?: str¦null, turnSourceAccountId?: str¦null, turnSourceThreadId?: str¦num¦null,
        timeoutMs?: int(≥1), twoPhase?: bool }");
    "exec.approval.waitDecision" shown approvals -;
    "exec.approval.resolve" shown approvals ("{ id: str(nonempty), decision: str(nonempty) }");
    "plugin.approval.list" shown approvals -;
    "plugin.approval.request" shown approvals (r#"
        { pluginId?: str(nonempty), title: str(nonempty,max80), description: str(nonempty,max256),
        severity?: "info"|"warning"|"critical", toolName?: str, toolCallId?: str, agentId?: str,
        sessionKey?: str, turnSourceChannel?: str, turnSourceTo?: str, turnSourceAccountId?: str,
        turnSourceThreadId?: str¦num, timeoutMs?: int(≥1,≤600000), twoPhase?: bool }"#);
    "plugin.approval.waitDecision" shown approvals -;
    "plugin.approval.resolve" shown approvals ("{ id: str(nonempty), decision: str(nonempty) }");
    "wizard.start" shown admin (r#"{ mode?: "local"¦"remote", workspace?: str }"#);
    "wizard.next" shown admin ("
        { sessionId: str(nonempty), answer?: { stepId: str(nonempty), value?: any } }");
    "wizard.cancel" shown admin ("{ sessionId: str(nonempty) }");
    "wizard.status" shown admin ("{ sessionId: str(nonempty) }");
    "talk.config" shown read ("{ includeSecrets?: bool }");
    "talk.speak" shown write ("
        { text: str(nonempty), voiceId?: str, modelId?: str, outputFormat?: str, speed?: num, rateWpm?:
        int(≥1), stability?: num, similarity?: num, style?: num, speakerBoost?: bool, seed?: int(≥0),
        normalize?: str, language?: str, latencyTier?: int(≥0) }");
    "talk.mode" shown write ("{ enabled: bool, phase?: str }");
    "commands.list" shown read (r#"
        { agentId?: str(nonempty), provider?: str(nonempty), scope?: "text"¦"native"¦"both", includeArgs?:
        bool }"#);
    "models.list" shown read ("{}");
    "tools.catalog" shown read ("{ agentId?: str(nonempty), includePlugins?: bool }");
    "tools.effective" shown read ("{ agentId?: str(nonempty), sessionKey: str(nonempty) }");
    "agents.list" shown read ("{}");
    "agents.create" shown admin ("
        { name: str(nonempty), workspace: str(nonempty), model?: str(nonempty), emoji?: str, avatar?: str }");
    "agents.update" shown admin ("
        { agentId: str(nonempty), name?: str(nonempty), workspace?: str(nonempty), model?: str(nonempty),
        emoji?: str, avatar?: str }");
    "agents.delete" shown admin ("{ agentId: str(nonempty), deleteFiles?: bool }");
    "agents.files.list" shown read ("{ agentId: str(nonempty) }");
    "agents.files.get" shown read ("{ agentId: str(nonempty), name: str(nonempty) }");
    "agents.files.set" shown admin ("{ agentId: str(nonempty), name: str(nonempty), content: str }");
    "skills.status" shown read ("{ agentId?: str(nonempty) }");
    "skills.search" shown read ("{ query?: str(nonempty), limit?: int(≥1,≤100) }");
    "skills.detail" shown read ("{ slug: str(nonempty) }");
    "skills.bins" shown node ("{}");
    "skills.install" shown admin (r#"
        { name: str(nonempty), installId: str(nonempty), dangerouslyForceUnsafeInstall?: bool, timeoutMs?:
        int(≥1000) }¦{ source: "clawhub", slug: str(nonempty), version?: str(nonempty), force?: bool,
        timeoutMs?: int(≥1000) }"#);
    "skills.update" shown admin (r#"
        { skillKey: str(nonempty), enabled?: bool, apiKey?: str, env?: {*: str} }¦{ source: "clawhub",
        slug?: str(nonempty), all?: bool }"#);
    "update.run" shown admin ("
        { sessionKey?: str, deliveryContext?: { channel?: str, to?: str, accountId?: str, threadId?: str¦num
        }, note?: str, restartDelayMs?: int(≥0), timeoutMs?: int(≥1) }");
    "voicewake.get" shown read -;
    "voicewake.set" shown write -;
    "secrets.reload" shown admin -;
    "secrets.resolve" shown admin ("{ commandName: str(nonempty), targetIds: [str(nonempty)] }");
    "sessions.list" shown read ("
        { limit?: int(≥1), activeMinutes?: int(≥1), includeGlobal?: bool, includeUnknown?: bool,
        includeDerivedTitles?: bool, includeLastMessage?: bool, label?: str(nonempty,max512), spawnedBy?:
        str(nonempty), agentId?: str(nonempty), search?: str }");
    "sessions.subscribe" shown read -;
    "sessions.unsubscribe" shown read -;
    "sessions.messages.subscribe" shown read ("{ key: str(nonempty) }");
    "sessions.messages.unsubscribe" shown read ("{ key: str(nonempty) }");
    "sessions.preview" shown read ("{ keys: [str(nonempty)]{1..}, limit?: int(≥1), maxChars?: int(≥20) }");
    "sessions.compaction.list" shown read ("{ key: str(nonempty) }");
    "sessions.compaction.get" shown read ("{ key: str(nonempty), checkpointId: str(nonempty) }");
    "sessions.compaction.branch" shown write ("{ key: str(nonempty), checkpointId: str(nonempty) }");
    "sessions.compaction.restore" shown admin ("{ key: str(nonempty), checkpointId: str(nonempty) }");
    "sessions.create" shown write ("
        { key?: str(nonempty), agentId?: str(nonempty), label?: str(nonempty,max512), model?: str(nonempty),
        parentSessionKey?: str(nonempty), task?: str, message?: str }");
    "sessions.send" shown write ("
        { key: str(nonempty), message: str, thinking?: str, attachments?: [any], timeoutMs?: int(≥0),
        idempotencyKey?: str(nonempty) }");
    "sessions.abort" shown write ("{ key: str(nonempty), runId?: str(nonempty) }");
    "sessions.patch" shown admin (r#"
        { key: str(nonempty), label?: str(nonempty,max512)¦null, thinkingLevel?: str(nonempty)¦null,
        fastMode?: bool¦null, verboseLevel?: str(nonempty)¦null, traceLevel?: str(nonempty)¦null,
        reasoningLevel?: str(nonempty)¦null, responseUsage?: "off"¦"tokens"¦"full"¦"on"¦null,
        elevatedLevel?: str(nonempty)¦null, execHost?: str(nonempty)¦null, execSecurity?:
        str(nonempty)¦null, execAsk?: str(nonempty)¦null, execNode?: str(nonempty)¦null, model?:
        str(nonempty)¦null, spawnedBy?: str(nonempty)¦null, spawnedWorkspaceDir?: str(nonempty)¦null,
        spawnDepth?: int(≥0)¦null, subagentRole?: "orchestrator"¦"leaf"¦null, subagentControlScope?:
        "children"¦"none"¦null, sendPolicy?: "allow"¦"deny"¦null, groupActivation?: "mention"¦"always"¦null
        }"#);
    "sessions.reset" shown admin (r#"{ key: str(nonempty), reason?: "new"¦"reset" }"#);
    "sessions.delete" shown admin ("
        { key: str(nonempty), deleteTranscript?: bool, emitLifecycleHooks?: bool }");
    "sessions.compact" shown admin ("{ key: str(nonempty), maxLines?: int(≥1) }");
    "last-heartbeat" shown read -;
    "set-heartbeats" shown admin -;
    "wake" shown write (r#"{ mode: "now"¦"next-heartbeat", text: str(nonempty) }"#);
    "node.pair.request" shown pairing ("
        { nodeId: str(nonempty), displayName?: str(nonempty), platform?: str(nonempty), version?:
        str(nonempty), coreVersion?: str(nonempty), uiVersion?: str(nonempty), deviceFamily?: str(nonempty),
        modelIdentifier?: str(nonempty), caps?: [str(nonempty)], commands?: [str(nonempty)], remoteIp?:
        str(nonempty), silent?: bool }");
    "node.pair.list" shown pairing ("{}");
    "node.pair.approve" shown pairing ("{ requestId: str(nonempty) }");
    "node.pair.reject" shown pairing ("{ requestId: str(nonempty) }");
    "node.pair.verify" shown pairing ("{ nodeId: str(nonempty), token: str(nonempty) }");
    "device.pair.list" shown pairing ("{}");
    "device.pair.approve" shown pairing ("{ requestId: str(nonempty) }");
    "device.pair.reject" shown pairing ("{ requestId: str(nonempty) }");
    "device.pair.remove" shown pairing ("{ deviceId: str(nonempty) }");
    "device.token.rotate" shown pairing ("
        { deviceId: str(nonempty), role: str(nonempty), scopes?: [str(nonempty)] }");
    "device.token.revoke" shown pairing ("{ deviceId: str(nonempty), role: str(nonempty) }");
    "node.rename" shown pairing ("{ nodeId: str(nonempty), displayName: str(nonempty) }");
    "node.list" shown read ("{}");
    "node.describe" shown read ("{ nodeId: str(nonempty) }");
    "node.pending.drain" shown node ("{ maxItems?: int(≥1,≤10) }");
    "node.pending.enqueue" shown write (r#"
        { nodeId: str(nonempty), type: "status.request"|"location.request", priority?: "normal"|"high",
        expiresInMs?: int(≥1000,≤86400000), wake?: bool }"#);
    "node.invoke" shown write ("
        { nodeId: str(nonempty), command: str(nonempty), params?: any, timeoutMs?: int(≥0), idempotencyKey:
        str(nonempty) }");
    "node.pending.pull" shown node -;
    "node.pending.ack" shown node ("{ ids: [str(nonempty)]{1..} }");
    "node.invoke.result" shown node ("
        { id: str(nonempty), nodeId: str(nonempty), ok: bool, payload?: any, payloadJSON?: str, error?: {
        code?: str(nonempty), message?: str(nonempty) } }");
    "node.event" shown node ("{ event: str(nonempty), payload?: any, payloadJSON?: str }");
    "node.canvas.capability.refresh" shown node -;
    "cron.list" shown read (r#"
        { includeDisabled?: bool, limit?: int(≥1,≤200), offset?: int(≥0), query?: str, enabled?:
        "all"¦"enabled"¦"disabled", sortBy?: "nextRunAtMs"¦"updatedAtMs"¦"name", sortDir?: "asc"¦"desc" }"#);
    "cron.status" shown read ("{}");
    "cron.add" shown admin (r#"
        { name: str(nonempty), agentId?: str(nonempty)¦null, sessionKey?: str(nonempty)¦null, description?:
        str, enabled?: bool, deleteAfterRun?: bool, schedule: { kind: "at", at: str(nonempty) }¦{ kind:
        "every", everyMs: int(≥1), anchorMs?: int(≥0) }¦{ kind: "cron", expr: str(nonempty), tz?: str,
        staggerMs?: int(≥0) }, sessionTarget: "main"¦"isolated"¦"current"¦str(/^session:.+/), wakeMode:
        "next-heartbeat"¦"now", payload: { kind: "systemEvent", text: str(nonempty) }¦{ kind: "agentTurn",
        message: str(nonempty), model?: str, fallbacks?: [str], thinking?: str, timeoutSeconds?: num(≥0),
        allowUnsafeExternalContent?: bool, lightContext?: bool, toolsAllow?: [str] }, delivery?: { mode:
        "none", channel?: "last"¦str(nonempty), accountId?: str(nonempty), bestEffort?: bool,
        failureDestination?: { channel?: "last"¦str(nonempty), to?: str, accountId?: str(nonempty), mode?:
        "announce"¦"webhook" }, to?: str }¦{ mode: "announce", channel?: "last"¦str(nonempty), accountId?:
        str(nonempty), bestEffort?: bool, failureDestination?: { channel?: "last"¦str(nonempty), to?: str,
        accountId?: str(nonempty), mode?: "announce"¦"webhook" }, to?: str }¦{ mode: "webhook", channel?:
        "last"¦str(nonempty), accountId?: str(nonempty), bestEffort?: bool, failureDestination?: { channel?:
        "last"¦str(nonempty), to?: str, accountId?: str(nonempty), mode?: "announce"¦"webhook" }, to:
        str(nonempty) }, failureAlert?: false¦{ after?: int(≥1), channel?: "last"¦str(nonempty), to?: str,
        cooldownMs?: int(≥0), mode?: "announce"¦"webhook", accountId?: str(nonempty) } }"#);
    "cron.update" shown admin (r#"
        { id: str(nonempty), patch: { name?: str(nonempty), agentId?: str(nonempty)¦null, sessionKey?:
        str(nonempty)¦null, description?: str, enabled?: bool, deleteAfterRun?: bool, schedule?: { kind:
        "at", at: str(nonempty) }¦{ kind: "every", everyMs: int(≥1), anchorMs?: int(≥0) }¦{ kind: "cron",
        expr: str(nonempty), tz?: str, staggerMs?: int(≥0) }, sessionTarget?:
        "main"¦"isolated"¦"current"¦str(/^session:.+/), wakeMode?: "next-heartbeat"¦"now", payload?: { kind:
        "systemEvent", text?: str(nonempty) }¦{ kind: "agentTurn", message?: str(nonempty), model?: str,
        fallbacks?: [str], thinking?: str, timeoutSeconds?: num(≥0), allowUnsafeExternalContent?: bool,
        lightContext?: bool, toolsAllow?: [str]¦null }, delivery?: { mode?: "none"¦"announce"¦"webhook",
        channel?: "last"¦str(nonempty), accountId?: str(nonempty), bestEffort?: bool, failureDestination?: {
        channel?: "last"¦str(nonempty), to?: str, accountId?: str(nonempty), mode?: "announce"¦"webhook" },
        to?: str }, failureAlert?: false¦{ after?: int(≥1), channel?: "last"¦str(nonempty), to?: str,
        cooldownMs?: int(≥0), mode?: "announce"¦"webhook", accountId?: str(nonempty) }, state?: {
        nextRunAtMs?: int(≥0), runningAtMs?: int(≥0), lastRunAtMs?: int(≥0), lastRunStatus?:
        "ok"¦"error"¦"skipped", lastStatus?: "ok"¦"error"¦"skipped", lastError?: str, lastErrorReason?:
        "auth"¦"format"¦"rate_limit"¦"billing"¦"timeout"¦"model_not_found"¦"unknown", lastDurationMs?:
        int(≥0), consecutiveErrors?: int(≥0), lastDelivered?: bool, lastDeliveryStatus?:
        "delivered"¦"not-delivered"¦"unknown"¦"not-requested", lastDeliveryError?: str,
        lastFailureAlertAtMs?: int(≥0) } } }¦{ jobId: str(nonempty), patch: { name?: str(nonempty),
        agentId?: str(nonempty)¦null, sessionKey?: str(nonempty)¦null, description?: str, enabled?: bool,
        deleteAfterRun?: bool, schedule?: { kind: "at", at: str(nonempty) }¦{ kind: "every", everyMs:
        int(≥1), anchorMs?: int(≥0) }¦{ kind: "cron", expr: str(nonempty), tz?: str, staggerMs?: int(≥0) },
        sessionTarget?: "main"¦"isolated"¦"current"¦str(/^session:.+/), wakeMode?: "next-heartbeat"¦"now",
        payload?: { kind: "systemEvent", text?: str(nonempty) }¦{ kind: "agentTurn", message?:
        str(nonempty), model?: str, fallbacks?: [str], thinking?: str, timeoutSeconds?: num(≥0),
        allowUnsafeExternalContent?: bool, lightContext?: bool, toolsAllow?: [str]¦null }, delivery?: {
        mode?: "none"¦"announce"¦"webhook", channel?: "last"¦str(nonempty), accountId?: str(nonempty),
        bestEffort?: bool, failureDestination?: { channel?: "last"¦str(nonempty), to?: str, accountId?:
        str(nonempty), mode?: "announce"¦"webhook" }, to?: str }, failureAlert?: false¦{ after?: int(≥1),
        channel?: "last"¦str(nonempty), to?: str, cooldownMs?: int(≥0), mode?: "announce"¦"webhook",
        accountId?: str(nonempty) }, state?: { nextRunAtMs?: int(≥0), runningAtMs?: int(≥0), lastRunAtMs?:
        int(≥0), lastRunStatus?: "ok"¦"error"¦"skipped", lastStatus?: "ok"¦"error"¦"skipped", lastError?:
        str, lastErrorReason?: "auth"¦"format"¦"rate_limit"¦"billing"¦"timeout"¦"model_not_found"¦"unknown",
        lastDurationMs?: int(≥0), consecutiveErrors?: int(≥0), lastDelivered?: bool, lastDeliveryStatus?:
        "delivered"¦"not-delivered"¦"unknown"¦"not-requested", lastDeliveryError?: str,
        lastFailureAlertAtMs?: int(≥0) } } }"#);
    "cron.remove" shown admin ("{ id: str(nonempty) }¦{ jobId: str(nonempty) }");
    "cron.run" shown admin (r#"
        { id: str(nonempty), mode?: "due"¦"force" }¦{ jobId: str(nonempty), mode?: "due"¦"force" }"#);
    "cron.runs" shown read (r#"
        { scope?: "job"¦"all", id?: str(nonempty,/^[^/\\]+$/), jobId?: str(nonempty,/^[^/\\]+$/), limit?:
        int(≥1,≤200), offset?: int(≥0), statuses?: ["ok"¦"error"¦"skipped"]{1..3}, status?:
        "all"¦"ok"¦"error"¦"skipped", deliveryStatuses?:
        ["delivered"¦"not-delivered"¦"unknown"¦"not-requested"]{1..4}, deliveryStatus?:
        "delivered"¦"not-delivered"¦"unknown"¦"not-requested", query?: str, sortDir?: "asc"¦"desc" }"#);
    "gateway.identity.get" shown read -;
    "system-presence" shown read -;
    "system-event" shown admin -;
    "message.action" shown write (r#"
        { channel: str(nonempty), action: str(nonempty), params: {*: any}, accountId?: str,
        requesterSenderId?: str, senderIsOwner?: bool, sessionKey?: str, sessionId?: str, agentId?: str,
        toolContext?: { currentChannelId?: str, currentGraphChannelId?: str, currentChannelProvider?: str,
        currentThreadTs?: str, currentMessageId?: str¦num, replyToMode?: "off"¦"first"¦"all"¦"batched",
        hasRepliedRef?: { value: bool }, skipCrossContextDecoration?: bool }, idempotencyKey: str(nonempty)
        }"#);
    "send" shown write ("
        { to: str(nonempty), message?: str, mediaUrl?: str, mediaUrls?: [str], gifPlayback?: bool, channel?:
        str, accountId?: str, agentId?: str, threadId?: str, sessionKey?: str, idempotencyKey: str(nonempty)
        }");
    "agent" shown write (r#"
        { message: str(nonempty), agentId?: str(nonempty), provider?: str, model?: str, to?: str, replyTo?:
        str, sessionId?: str, sessionKey?: str, thinking?: str, deliver?: bool, attachments?: [any],
        channel?: str, replyChannel?: str, accountId?: str, replyAccountId?: str, threadId?: str, groupId?:
        str, groupChannel?: str, groupSpace?: str, timeout?: int(≥0), bestEffortDeliver?: bool, lane?: str,
        extraSystemPrompt?: str, bootstrapContextMode?: "full"¦"lightweight", bootstrapContextRunKind?:
        "default"¦"heartbeat"¦"cron", internalEvents?: [{ type: "task_completion", source:
        "subagent"|"cron"|"video_generation"|"music_generation", childSessionKey: str, childSessionId?: str,
        announceType: str, taskLabel: str, status: "ok"|"timeout"|"error"|"unknown", statusLabel: str,
        result: str, mediaUrls?: [str], statsLine?: str, replyInstruction: str }], inputProvenance?: { kind:
        "external_user"|"inter_session"|"internal_system", originSessionId?: str, sourceSessionKey?: str,
        sourceChannel?: str, sourceTool?: str }, idempotencyKey: str(nonempty), label?: str(nonempty,max512)
        }"#);
    "agent.identity.get" shown read ("{ agentId?: str(nonempty), sessionKey?: str }");
    "agent.wait" shown write ("{ runId: str(nonempty), timeoutMs?: int(≥0) }");
    "chat.history" shown read ("
        { sessionKey: str(nonempty), limit?: int(≥1,≤1000), maxChars?: int(≥1,≤500000) }");
    "chat.abort" shown write ("{ sessionKey: str(nonempty), runId?: str(nonempty) }");
    "chat.send" shown write (r#"
        { sessionKey: str(nonempty,max512), message: str, thinking?: str, deliver?: bool,
        originatingChannel?: str, originatingTo?: str, originatingAccountId?: str, originatingThreadId?:
        str, attachments?: [any], timeoutMs?: int(≥0), systemInputProvenance?: { kind:
        "external_user"|"inter_session"|"internal_system", originSessionId?: str, sourceSessionKey?: str,
        sourceChannel?: str, sourceTool?: str }, systemProvenanceReceipt?: str, idempotencyKey:
        str(nonempty) }"#);
    "browser.request" shown admin -;
    "connect" hidden admin (CONNECT);
    "sessions.get" hidden read -;
    "sessions.resolve" hidden read ("
        { key?: str(nonempty), sessionId?: str(nonempty), label?: str(nonempty,max512), agentId?:
        str(nonempty), spawnedBy?: str(nonempty), includeGlobal?: bool, includeUnknown?: bool }");
    "sessions.steer" hidden write -;
    "sessions.usage" hidden read (r#"
        { key?: str(nonempty), startDate?: str(/^\d{4}-\d{2}-\d{2}$/), endDate?: str(/^\d{4}-\d{2}-\d{2}$/),
        mode?: "utc"¦"gateway"¦"specific", utcOffset?: str(/^UTC[+-]\d{1,2}(?::[0-5]\d)?$/), limit?:
        int(≥1), includeContextWeight?: bool }"#);
    "sessions.usage.timeseries" hidden read -;
    "sessions.usage.logs" hidden read -;
    "chat.inject" hidden admin ("{ sessionKey: str(nonempty), message: str(nonempty), label?: str(max100) }");
    "poll" hidden write ("
        { to: str(nonempty), question: str(nonempty), options: [str(nonempty)]{2..12}, maxSelections?:
        int(≥1,≤12), durationSeconds?: int(≥1,≤604800), durationHours?: int(≥1), silent?: bool,
        isAnonymous?: bool, threadId?: str, channel?: str, accountId?: str, idempotencyKey: str(nonempty) }");
    "push.test" hidden write (r#"
        { nodeId: str(nonempty), title?: str, body?: str, environment?: "sandbox"|"production" }"#);
    "web.login.start" hidden admin ("{ force?: bool, timeoutMs?: int(≥0), verbose?: bool, accountId?: str }");
    "web.login.wait" hidden admin ("{ timeoutMs?: int(≥0), accountId?: str }");
    "config.openFile" hidden admin ("{}");
}
