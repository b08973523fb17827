//! What things on the stage are called, for eyes and for screen readers.

use highwater_core::ids::NodeId;
use highwater_core::network::Envelope;
use highwater_core::process::Status;

use super::picture::{Cell, Ghost, LinkPicture, Promise, Sent, Standing, StripPicture};
use crate::i18n::Text;

/// How a replica stands to its partition.
pub(crate) fn standing(text: Text, picture: &StripPicture) -> &'static str {
    match picture.standing {
        Standing::Leader => text.leader(),
        Standing::InSync => text.in_sync(),
        Standing::OutOfSync => text.out_of_sync(),
    }
}

/// A replica and what is to be seen of it.
pub(crate) fn replica(text: Text, picture: &StripPicture) -> String {
    let broker = text.node(NodeId::Broker(picture.broker));
    let mut parts = vec![text.replica_of(&picture.name, &broker), standing(text, picture).to_owned()];
    parts.push(format!("{} {}", text.log_end_offset(), picture.log_end));
    if let Some(offset) = picture.high_watermark {
        parts.push(format!("{} {offset}", text.high_watermark()));
    }
    text.list(parts)
}

/// A record in a log.
pub(crate) fn record(text: Text, picture: &StripPicture, cell: &Cell, committed: bool) -> String {
    let state = if committed { text.committed() } else { text.uncommitted() };
    let place = format!("{} {} · {}", picture.name, cell.offset, text.node(NodeId::Broker(picture.broker)));
    text.list([text.record_named(&cell.record.to_string()), place, state.to_owned()])
}

/// A record that was promised and is gone.
pub(crate) fn ghost(text: Text, ghost: &Ghost) -> String {
    text.list([text.record_named(&ghost.record.to_string()), text.lost_record().to_owned()])
}

/// A record as its producer knows it.
pub(crate) fn sent(text: Text, sent: &Sent) -> String {
    let promise = match sent.promise {
        Promise::Open => text.promise_open(),
        Promise::Kept => text.promise_acked(),
        Promise::Broken => text.lost_record(),
        Promise::Failed => text.promise_failed(),
    };
    text.list([text.record_named(&sent.record.to_string()), promise.to_owned()])
}

/// A node and how it is.
pub(crate) fn node(text: Text, node: NodeId, status: Status) -> String {
    text.list([text.node(node), text.status(status).to_owned()])
}

/// A link and how it is.
pub(crate) fn link(text: Text, link: &LinkPicture) -> String {
    let name = text.link_between(&text.node(link.a), &text.node(link.b));
    if link.cut || link.cut_back { text.list([name, text.link_cut().to_owned()]) } else { name }
}

/// A message under way.
pub(crate) fn message(text: Text, envelope: &Envelope) -> String {
    let kind = envelope.message.body.kind().name();
    text.message_from_to(kind, &text.node(envelope.from), &text.node(envelope.to))
}
