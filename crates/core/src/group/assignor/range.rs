//! The range assignor: per topic, consecutive partitions to members in order; the first members get one more
//! where it does not divide evenly (§8).

use crate::group::Subscription;
use crate::ids::TopicId;

/// Partitions of a topic as `(topic, index)`.
pub type TopicPartition = (TopicId, u16);

/// Assigns all partitions of all topics that anybody subscribes to. `partitions` gives each topic's number of
/// partitions; the result has every member once, in the order of ids.
pub fn assign<Id: Ord + Clone>(
    members: &[(Id, Subscription)],
    partitions: impl Fn(TopicId) -> u16,
) -> Vec<(Id, Vec<TopicPartition>)> {
    let members = in_order(members);
    let mut assignment: Vec<(Id, Vec<TopicPartition>)> =
        members.iter().map(|(id, _)| (id.clone(), Vec::new())).collect();
    let highest = members.iter().flat_map(|(_, topics)| topics.iter()).max().map_or(0, |topic| topic.0 + 1);
    for topic in (0..highest).map(TopicId) {
        let subscribed: Vec<usize> =
            (0..members.len()).filter(|at| members[*at].1.contains(&topic)).collect();
        if subscribed.is_empty() {
            continue;
        }
        let count = u16::try_from(subscribed.len()).unwrap_or(u16::MAX);
        let (quota, extra) = (partitions(topic) / count, partitions(topic) % count);
        let mut next = 0;
        for (place, at) in (0u16..).zip(subscribed) {
            let take = quota + u16::from(place < extra);
            assignment[at].1.extend((next..next + take).map(|index| (topic, index)));
            next += take;
        }
    }
    assignment
}

/// Members by id. There are a handful of them, so each is put in its place.
fn in_order<Id: Ord>(members: &[(Id, Subscription)]) -> Vec<&(Id, Subscription)> {
    let mut ordered: Vec<&(Id, Subscription)> = Vec::with_capacity(members.len());
    for member in members {
        let at = ordered.partition_point(|(id, _)| *id < member.0);
        ordered.insert(at, member);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::MemberId;
    use std::sync::Arc;

    /// Runs the assignor on topics `0, 1, …` of the given sizes; members are numbered from 1.
    fn run(sizes: &[u16], subscriptions: &[&[u16]]) -> Vec<Vec<(u16, u16)>> {
        let members: Vec<(MemberId, Subscription)> = (1u8..)
            .zip(subscriptions)
            .map(|(client, topics)| {
                let topics: Arc<[TopicId]> = topics.iter().map(|t| TopicId(*t)).collect();
                (MemberId { client, number: 1 }, topics)
            })
            .collect();
        assign(&members, |topic| sizes[usize::from(topic.0)])
            .into_iter()
            .map(|(_, partitions)| partitions.into_iter().map(|(t, p)| (t.0, p)).collect())
            .collect()
    }

    #[test]
    fn unequal_subscriptions() {
        assert_eq!(
            run(&[3, 2], &[&[0], &[0, 1], &[0]]),
            [vec![(0, 0)], vec![(0, 1), (1, 0), (1, 1)], vec![(0, 2)]]
        );
    }

    #[test]
    fn the_first_members_get_the_extra_partitions_of_every_topic() {
        assert_eq!(
            run(&[3, 3], &[&[0, 1], &[0, 1]]),
            [vec![(0, 0), (0, 1), (1, 0), (1, 1)], vec![(0, 2), (1, 2)]]
        );
        let sizes: Vec<usize> =
            run(&[6, 7, 2], &[&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]]).iter().map(Vec::len).collect();
        assert_eq!(sizes, [6, 5, 4]);
    }

    #[test]
    fn more_members_than_partitions_leave_some_idle() {
        assert_eq!(run(&[1], &[&[0], &[0]]), [vec![(0, 0)], vec![]]);
    }
}
