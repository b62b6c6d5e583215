# requires: livekit-api==1.2.2
"""The SDK speaks protobuf over Twirp, and the sandbox JSON. Both are forms of the same messages, so the transport of the
SDK is replaced by one that writes its messages as JSON."""
import asyncio
import os

from google.protobuf import json_format
from livekit import api
from livekit.api import twirp_client


async def request(self, service, method, data, headers, response_class, **_):
    url = f"{self.host}/{self.prefix}/{self.pkg}.{service}/{method}"
    body = json_format.MessageToJson(data, preserving_proto_field_name=True)
    headers = {**headers, "Content-Type": "application/json"}
    async with self._session.post(url, headers=headers, data=body) as answer:
        content = await answer.json()
        if answer.status == 200:
            # An item that was asked for and does not exist is null, which is an empty message in protobuf.
            if "items" in content:
                content["items"] = [item or {} for item in content["items"]]
            return json_format.ParseDict(content, response_class())
        raise twirp_client.TwirpError(content["code"], content["msg"], status=answer.status)


assert hasattr(twirp_client.TwirpClient, "request")
twirp_client.TwirpClient.request = request


async def fails(call):
    try:
        await call
    except twirp_client.TwirpError as error:
        return error
    raise AssertionError("the call was not refused")


async def main():
    numbers = ["+14155550177"]
    async with api.LiveKitAPI() as client:
        sip = client.sip
        trunk = api.SIPInboundTrunkInfo(name="Front desk", numbers=numbers, krisp_enabled=True)
        made = await sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=trunk))
        assert made.sip_trunk_id.startswith("ST_") and list(made.numbers) == numbers
        again = await fails(sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=trunk)))
        assert again.code == "invalid_argument" and "Conflicting" in again.message, again
        found = await sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest(numbers=numbers))
        assert [item.sip_trunk_id for item in found.items] == [made.sip_trunk_id]
        both = await sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest(trunk_ids=["ST_none", made.sip_trunk_id]))
        assert [item.sip_trunk_id for item in both.items] == ["", made.sip_trunk_id]
        updated = await sip.update_inbound_trunk_fields(made.sip_trunk_id, name="Reception")
        assert updated.name == "Reception" and list(updated.numbers) == numbers
        cleared = await sip.update_inbound_trunk_fields(made.sip_trunk_id, name="")
        assert cleared.name == ""

        outbound = api.SIPOutboundTrunkInfo(name="Out", address="trunk.example.com", numbers=numbers)
        outbound = await sip.create_outbound_trunk(api.CreateSIPOutboundTrunkRequest(trunk=outbound))
        await sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=outbound.sip_trunk_id))

        room = api.RoomConfiguration(agents=[api.RoomAgentDispatch(agent_name="front-desk")])
        individual = api.SIPDispatchRuleIndividual(room_prefix="call-")
        rule = api.SIPDispatchRuleInfo(
            rule=api.SIPDispatchRule(dispatch_rule_individual=individual),
            trunk_ids=[made.sip_trunk_id],
            room_config=room,
        )
        rule = await sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=rule))
        rules = await sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest(trunk_ids=[made.sip_trunk_id]))
        assert [item.room_config.agents[0].agent_name for item in rules.items] == ["front-desk"]
        await sip.delete_dispatch_rule(api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id))
        await sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=made.sip_trunk_id))
        gone = await fails(sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=made.sip_trunk_id)))
        assert gone.code == "not_found", gone

    key = os.environ["LIVEKIT_API_KEY"]
    async with api.LiveKitAPI(api_key=key, api_secret="another-secret-of-at-least-32-bytes") as client:
        wrong = await fails(client.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest()))
        assert wrong.code == "unauthenticated", wrong


asyncio.run(main())
