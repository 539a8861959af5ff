"""The official Python SDKs, unmodified, against a mock: `probe.py http://127.0.0.1:PORT`.

One line for each probe, `OK` or `FAIL`; the exit code is 1 where one failed.
"""

import json
import sys
import urllib.request

import anthropic
import openai

BASE = sys.argv[1]
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
    "required": ["city", "unit"],
}
CHAT_TOOLS = [{"type": "function", "function": {"name": "get_forecast", "parameters": PARAMETERS}}]
TOOLS = [{"name": "get_forecast", "input_schema": PARAMETERS}]
SHAPE = {
    "type": "object",
    "properties": {"answer": {"type": "integer", "minimum": 3}},
    "required": ["answer"],
    "additionalProperties": False,
}
HELLO = [{"role": "user", "content": "hello"}]
ASKS = [{"role": "user", "content": "What is the forecast?"}]

chat = openai.OpenAI(base_url=BASE + "/v1", api_key="mock", max_retries=0)
messages = anthropic.Anthropic(base_url=BASE, api_key="mock", max_retries=0)


def control(method, path, body=None):
    """Speaks to the mock's control API."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + "/_provoke/" + path, data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def arguments_hold(arguments):
    assert isinstance(arguments["city"], str), arguments
    assert arguments["unit"] in PARAMETERS["properties"]["unit"]["enum"], arguments


def chat_text():
    answer = chat.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert answer.choices[0].message.content and answer.choices[0].finish_reason == "stop", answer
    assert answer.model == "gpt-4o" and answer._request_id, answer


def chat_stream():
    chunks = list(chat.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text, chunks


def chat_tools():
    answer = chat.chat.completions.create(model="gpt-4o", messages=ASKS, tools=CHAT_TOOLS)
    call = answer.choices[0].message.tool_calls[0]
    assert call.function.name == "get_forecast" and answer.choices[0].finish_reason == "tool_calls", answer
    arguments_hold(json.loads(call.function.arguments))
    told = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    turn = ASKS + [answer.choices[0].message, told]
    after = chat.chat.completions.create(model="gpt-4o", messages=turn, tools=CHAT_TOOLS)
    assert after.choices[0].message.content and not after.choices[0].message.tool_calls, after


def chat_tools_stream():
    with chat.chat.completions.stream(model="gpt-4o", messages=ASKS, tools=CHAT_TOOLS) as stream:
        message = stream.until_done().get_final_completion().choices[0].message
    arguments_hold(json.loads(message.tool_calls[0].function.arguments))


def chat_shape():
    shape = {"type": "json_schema", "json_schema": {"name": "shape", "schema": SHAPE, "strict": True}}
    for stream in (False, True):
        answer = chat.chat.completions.create(
            model="gpt-4o", messages=HELLO, response_format=shape, stream=stream
        )
        if stream:
            text = "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
        else:
            text = answer.choices[0].message.content
        assert json.loads(text)["answer"] >= 3, text


def chat_models():
    assert "openai_chat/openai/text" in [model.id for model in chat.models.list()]
    assert chat.models.retrieve("openai_chat/openai/text").owned_by == "openai"


def chat_errors():
    raises(openai.BadRequestError, lambda: chat.chat.completions.create(model="m", messages=None))
    raises(openai.NotFoundError, lambda: chat.embeddings.create(model="m", input="x"))
    spoilt("overloaded", openai.InternalServerError, chat_text)
    spoilt("rate-limit-retry-after", openai.RateLimitError, chat_stream)


def messages_text():
    answer = messages.messages.create(model="claude", max_tokens=9, messages=HELLO)
    assert answer.content[0].text and answer.stop_reason == "end_turn" and answer._request_id, answer


def messages_stream():
    with messages.messages.stream(model="claude", max_tokens=9, messages=HELLO) as stream:
        text = "".join(stream.text_stream)
        assert text and stream.get_final_message().usage.output_tokens > 0


def messages_tools():
    answer = messages.messages.create(model="claude", max_tokens=9, messages=ASKS, tools=TOOLS)
    call = answer.content[0]
    assert call.name == "get_forecast" and answer.stop_reason == "tool_use", answer
    arguments_hold(call.input)
    told = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    turn = ASKS + [{"role": "assistant", "content": answer.content}, {"role": "user", "content": [told]}]
    after = messages.messages.create(model="claude", max_tokens=9, messages=turn, tools=TOOLS)
    assert after.stop_reason == "end_turn", after


def messages_tools_stream():
    choice = {"type": "tool", "name": "get_forecast"}
    options = {"model": "claude", "max_tokens": 9, "messages": HELLO, "tools": TOOLS, "tool_choice": choice}
    with messages.messages.stream(**options) as stream:
        arguments_hold(stream.get_final_message().content[0].input)


def messages_beside():
    assert messages.messages.count_tokens(model="claude", messages=HELLO).input_tokens > 0
    assert "anthropic_messages/anthropic/text" in [model.id for model in messages.models.list()]
    assert messages.models.retrieve("anthropic_messages/anthropic/text").type == "model"


def messages_errors():
    def create():
        return messages.messages.create(model="claude", max_tokens=9, messages=None)

    raises(anthropic.BadRequestError, create)
    spoilt("overloaded", anthropic.APIStatusError, messages_text)
    spoilt("rate-limit-retry-after", anthropic.RateLimitError, messages_stream)


def spoilt(fault, error, probe):
    """The probe must fail so while the fault is in force, and hold again once it is gone."""
    control("POST", "faults", fault)
    try:
        raises(error, probe)
    finally:
        control("DELETE", "faults")
    probe()


def raises(error, probe):
    try:
        probe()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


def journal():
    control("POST", "journal")
    chat_text()
    told = control("GET", "journal")["entries"][-1]
    control("POST", "reset")
    assert told["path"] == "/v1/chat/completions" and told["status"] == 200, told
    assert "Bearer mock" not in json.dumps(told["headers"]), told


PROBES = [
    chat_text, chat_stream, chat_tools, chat_tools_stream, chat_shape, chat_models, chat_errors,
    messages_text, messages_stream, messages_tools, messages_tools_stream, messages_beside, messages_errors,
    journal,
]  # fmt: skip

failed = 0
for probe in PROBES:
    try:
        probe()
        print("OK   python", probe.__name__)
    except Exception as error:
        failed += 1
        print("FAIL python", probe.__name__, type(error).__name__, str(error)[:300])
sys.exit(1 if failed else 0)
