//! The rules of sync, taken apart, so that a simulation can take each away and see that something breaks without it.
//!
//! A law is looked up where it is applied: `if law::holds(Law::EchoIsRemote)`. What the hub carries out is looked up in the
//! simulation's model of it only, not in the hub. Without the feature `mutants`, which only the
//! simulation asks for, [`holds`] is a constant and nothing of this is left in the program.

macro_rules! laws {
    ($($law:ident $name:literal $about:literal,)*) => {
        /// One rule that can be taken away. The name says which of R1–R10 and L1–L9 it is a part of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Law {
            $(#[doc = $about] $law,)*
        }

        impl Law {
            /// All of them, in the order of `docs/sync.md`.
            pub const ALL: &[Self] = &[$(Self::$law,)*];

            /// Its name on the command line and in `docs/sync.md`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$law => $name,)* }
            }

            /// What it says.
            pub fn about(self) -> &'static str {
                match self { $(Self::$law => $about,)* }
            }
        }
    };
}

laws! {
    LookFirst "R1-look-first" "An intent of unknown outcome is looked up before anything else is tried.",
    OneAtATime "R1-one-at-a-time" "Nothing else is done to a copy while a write of it is on its way.",
    OnlyChangedUnits "R2-only-changed-units" "What is sent is what the provider has, with the units that changed here.",
    LocalKeepsItsSpelling "R3-local-keeps-its-spelling" "A reply does not touch the local value.",
    OldRepliesIgnored "R3-old-replies-ignored" "A reply whose version is not newer than the known one is ignored.",
    BaseIsWhatWasSent "R3-base-is-what-was-sent" "Our side of the base is the copy at the moment of sending, not of the reply.",
    FeedBeforeReply "R4-feed-before-reply" "A create's reply after the feed has moved is looked up.",
    LookAfterRefusal "R4-look-after-refusal" "What was refused for its version, or for what is missing or there already, is looked up.",
    StoredIsDone "R4-stored-is-done" "A write that was stored and is not found any more is done: somebody deleted the event.",
    SettledStaysSettled "R4-settled-stays-settled" "An intent that was settled meanwhile is not reopened by its answer.",
    FreshLook "R4-fresh-look" "A look that the feed has overtaken is made again.",
    FreshPage "R4-fresh-page" "What a page says of an event is looked up anew if something newer was heard of it.",
    OwnStampIsEcho "R5-own-stamp-is-echo" "What bears the stamp of an open intent is compared with what was sent.",
    OwnIdIsEcho "R5-own-id-is-echo" "So is what has the id that an open create chose, though somebody has thrown its stamp away.",
    LooseEcho "R5-loose-echo" "After an unknown outcome, what is only rewritten is an echo.",
    EditOnTopOfSent "R5-edit-on-top-of-sent" "An edit on top of what was sent is merged with what was sent as its base.",
    EchoIsRemote "R6-echo-is-remote" "What equals the provider's side of the base is an echo.",
    LosersKept "R6-losers-kept" "The losing value of a conflict is kept.",
    TargetsYield "R6-targets-yield" "On a target the projection wins.",
    AnswersAddNothing "R6-answers-add-nothing" "Who decides for the provider's text gets what was written there, not what has been taken from it here.",
    OwnDeletion "R7-own-deletion" "A deletion that is seen while ours is open is ours.",
    NewerClosesDelete "R7-newer-closes-delete" "A newer living version ends a delete that may still arrive.",
    ReviveIsWritten "R7-revive-is-written" "A revive over an open delete is followed by a write.",
    LateCreateTellsDeletion "R7-late-create-tells-deletion" "A create that was given up and stands where a later one was stored says that this one was deleted.",
    EndTellsCreation "R7-end-tells-creation" "A feed that tells the end of what only an unfinished create can have made tells a deletion.",
    EditBeatsDeletion "R8-edit-beats-deletion" "A deletion that did not know of a pending edit does not win over it.",
    ConfigIsNoEdit "R8-config-is-no-edit" "What a mask or a link changed is no edit that would beat a deletion.",
    RemoteEditRevives "R9-remote-edit-revives" "An edit at the provider brings back what was deleted here.",
    IntentFirst "R10-intent-first" "An intent is kept before its write is sent.",
    IdsAreChosen "R10-ids-are-chosen" "Where we may choose ids, every attempt has the same one.",
    GenerationInId "R10-generation-in-id" "An event made anew has another id.",
    ConditionalUpdates "R10-conditional-updates" "An update is conditional on the version that was seen.",
    ConditionalDeletes "R10-conditional-deletes" "A delete is conditional on the version that was seen.",
    OldVersionsIgnored "R10-old-versions-ignored" "A sighting older than what is known is ignored.",
    CursorLast "R10-cursor-last" "The cursor is saved with the last of what it stands for.",
    AbsenceIsChecked "R10-absence-is-checked" "What a listing does not hold is looked at before it counts as deleted.",
    RemovedIsLookedAt "R10-removed-is-looked-at" "What a listing of a window holds no more is looked at: it may only have left the window.",
    MergeByUnit "R10-merge-by-unit" "Two edits of different units are both kept.",
    StampIsNoProof "R10-stamp-is-no-proof" "A stamp proves nothing once its intent is settled, or while its copy has another object.",
    FirstMadeIsOurs "R10-first-made-is-ours" "Of several events that bear the stamp of an open create the first that was made is its own.",
    SurplusGoes "R10-surplus-goes" "A second object of ours for one copy is removed again.",
    GoneIsFoundByUid "R10-gone-is-found-by-uid" "What is gone and turns up in its calendar under its UID is the same event.",
    PagesInTurn "R10-pages-in-turn" "What was read of a calendar counts only if nothing else that was read of it was digested since.",
    RotatedIsTheSame "R10-rotated-is-the-same" "Where ids do not last, what is gone and what has come with the same content are one event.",
    ReusedIdsTellNothing "R10-reused-ids-tell-nothing" "Where ids do not last, what has the id of an event that was gone, or another time and title, is another event.",
    HeirsTakeEdits "R10-heirs-take-edits" "What is edited on a second object is the edit of the copy that stays.",
    CoveredStays "L1-covered-stays" "What a mask covers does not flow in.",
    TargetsDoNotSend "L1-targets-do-not-send" "What is edited on a target does not flow.",
    UnseenIsKept "L1-unseen-is-kept" "What is noted on an occurrence is kept when somebody takes that away who does not see the note.",
    AgreedDecides "L2-agreed-decides" "Only what differs from what was agreed on is brought to a copy.",
    MaskedOutward "L2-masked-outward" "What is brought to a copy has gone through its mask.",
    PrivatesAreBlocks "L2-privates-are-blocks" "Of a private event others see that the time is taken.",
    PrivatesAreScrubbed "L2-privates-are-scrubbed" "What was shown of an event before it turned private goes from its mirrors.",
    PrivatesAreWithdrawn "L2-privates-are-withdrawn" "What an event had said goes once it turned private where the mask does not tell that.",
    DeletionFlows "L3-deletion-flows" "A deletion by a sender takes the other copies along.",
    TargetDeclines "L3-target-declines" "A deletion on a target is nobody else's.",
    MovesAreNoDeletions "L3-moves-are-no-deletions" "A deletion soon after the same event turned up in another calendar is half of a move.",
    MovedLivesOn "L4-moved-lives-on" "What turns up in another calendar under the UID of an event that died is that event.",
    OriginSpeaks "L4-origin-speaks" "What the new calendar of a moved event does not let out goes from the others.",
    ReviveNeedsAnEdit "L4-revive-needs-an-edit" "A copy that comes back brings the others back only with an edit or a restore.",
    SourcesAreRead "L5-sources-are-read" "A source is never written.",
    TargetsDoNotOriginate "L5-targets-do-not-originate" "What is made on a target is not linked.",
    MaskAtOnce "L6-mask-at-once" "Another mask projects again at once.",
    RelinkMerges "L7-relink-merges" "A calendar that comes back is merged with what was agreed on as base.",
    MeetByKey "L8-meet-by-key" "The same event in several calendars is one event when they are linked.",
    MirrorsDoNotOriginate "L8-mirrors-do-not-originate" "A mirror is not linked as an event of its own.",
    ForeignMirrorsDoNotOriginate "L8-foreign-mirrors-do-not-originate" "Another installation's mirror is not linked as an event of its own.",
    MirrorsStayMirrors "L8-mirrors-stay-mirrors" "Who edits another installation's mirror leaves it a mirror.",
    OneTransaction "L9-one-transaction" "What flows inward is in the transaction of the change.",
}

#[cfg(feature = "mutants")]
mod taken {
    use std::cell::Cell;

    use super::Law;

    thread_local! {
        static TAKEN: Cell<Option<Law>> = const { Cell::new(None) };
    }

    /// Takes a law away on this thread, or gives all back.
    pub fn take_away(law: Option<Law>) {
        TAKEN.set(law);
    }

    /// Whether a law holds on this thread.
    #[inline]
    pub fn holds(law: Law) -> bool {
        TAKEN.get() != Some(law)
    }
}

#[cfg(feature = "mutants")]
pub use taken::{holds, take_away};

/// Whether a law holds: always.
#[cfg(not(feature = "mutants"))]
#[inline]
pub const fn holds(_: Law) -> bool {
    true
}
