//! The rules of sync, taken apart, so that a simulation can take each away and see that something breaks without it.
//!
//! A law is looked up where it is applied: `if law::holds(Law::EchoIsRemote)`. What the hub carries out is looked up in the
//! simulation's model of it, and in the hub where its own tests or lives can miss it. Without the feature `mutants`, which only the
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
    FoldedGoAlong "R2-folded-go-along" "What a provider has taken into its rule goes with the rule.",
    ShiftedSlotsAreSaid "R2-shifted-slots-are-said" "Where a series moves, occurrences of which one side says nothing are sent, too.",
    LocalKeepsItsSpelling "R3-local-keeps-its-spelling" "A reply does not touch the local value.",
    OldRepliesIgnored "R3-old-replies-ignored" "A reply whose version is not newer than the known one is ignored.",
    BaseIsWhatWasSent "R3-base-is-what-was-sent" "Our side of the base is the copy at the moment of sending, not of the reply.",
    TakenIdsAreLeft "R3-taken-ids-are-left" "A create that is answered «exists» takes the next generation.",
    FeedBeforeReply "R4-feed-before-reply" "A create's reply after the feed has moved is looked up.",
    LookAfterRefusal "R4-look-after-refusal" "What was refused for its version, or for what is missing or there already, is looked up.",
    StoredIsDone "R4-stored-is-done" "A write that was stored and is not found any more is done: somebody deleted the event.",
    AnsweredHasItsId "R4-answered-has-its-id" "A create that was answered is looked for under the id that was told.",
    AnsweredWasThere "R4-answered-was-there" "What the feed may have shown before its answer was there, whatever a look finds.",
    UnreadWasThere "R4-unread-was-there" "What was stored and not read back was there, whatever a look finds.",
    SettledStaysSettled "R4-settled-stays-settled" "An intent that was settled meanwhile is not reopened by its answer.",
    FreshLook "R4-fresh-look" "A look that the feed has overtaken is made again.",
    OvertakenLook "R4-overtaken-look" "What was looked for before anything else was heard of it tells nothing.",
    FreshPage "R4-fresh-page" "What a page says of an event is looked up anew if something newer was heard of it.",
    OwnStampIsEcho "R5-own-stamp-is-echo" "What bears the stamp of an open intent is compared with what was sent.",
    OwnIdIsEcho "R5-own-id-is-echo" "So is what has the id that an open create chose, though somebody has thrown its stamp away.",
    LooseEcho "R5-loose-echo" "After an unknown outcome, what is only rewritten is an echo.",
    EditOnTopOfSent "R5-edit-on-top-of-sent" "An edit on top of what was sent is merged with what was sent as its base.",
    UnstampedIsOurs "R5-unstamped-is-ours" "What an open update has sent is ours, though somebody has thrown its stamp away.",
    UnstampedHasLanded "R5-unstamped-has-landed" "An update that was known by what it had sent is over: the same again is somebody's word.",
    PartsMayCome "R5-parts-may-come" "Where a series takes several requests, an occurrence that is as before has not landed yet.",
    LocalUnitsAreTaken "R5-local-units-are-taken" "What is the copy's own, a colour, is taken from an event whose write was not confirmed.",
    EchoIsRemote "R6-echo-is-remote" "What equals the provider's side of the base is an echo.",
    LosersKept "R6-losers-kept" "The losing value of a conflict is kept.",
    TargetsYield "R6-targets-yield" "On a target the projection wins.",
    AnswersAddNothing "R6-answers-add-nothing" "Who decides for the provider's text gets what was written there, not what has been taken from it here.",
    OursWinsAnew "R6-ours-wins-anew" "Where ours wins, our side of the base is what the provider has.",
    SameWaitsForNothing "R6-same-waits-for-nothing" "What is as the provider has it waits for nothing.",
    HeldStays "R6-held-stays" "What a person was asked about stays asked while the provider has that value.",
    OwnDeletion "R7-own-deletion" "A deletion that is seen while ours is open is ours.",
    NewerClosesDelete "R7-newer-closes-delete" "A newer living version ends a delete that may still arrive.",
    ReviveIsWritten "R7-revive-is-written" "A revive over an open delete is followed by a write.",
    LateCreateTellsDeletion "R7-late-create-tells-deletion" "A create that was given up and stands where a later one was stored says that this one was deleted.",
    EndTellsCreation "R7-end-tells-creation" "A feed that tells the end of what only an unfinished create can have made tells a deletion.",
    OlderDeleteWasNotIt "R7-older-delete-was-not-it" "A delete on an older version than the one that is gone was not it.",
    EditRefusesUpdates "R7-edit-refuses-updates" "Whoever wrote after an unfinished update has made its condition fail.",
    RestoredIsLookedAt "R7-restored-is-looked-at" "The answer to our delete does not overrule the sighting of what somebody restored.",
    EditBeatsDeletion "R8-edit-beats-deletion" "A deletion that did not know of a pending edit does not win over it.",
    ConfigIsNoEdit "R8-config-is-no-edit" "What a mask or a link changed is no edit that would beat a deletion.",
    HidingIsNoEdit "R8-hiding-is-no-edit" "What a person's own privacy hides from them is no edit that would beat their deletion.",
    MadeAgainAfterReading "R8-made-again-after-reading" "Before a person's event is made again its calendar is read.",
    RemoteEditRevives "R9-remote-edit-revives" "An edit at the provider brings back what was deleted here.",
    UnreadIsLoose "R9-unread-is-loose" "What was never read is compared with what was sent as loosely as a landed write.",
    IntentFirst "R10-intent-first" "An intent is kept before its write is sent.",
    IdsAreChosen "R10-ids-are-chosen" "Where we may choose ids, every attempt has the same one.",
    GenerationInId "R10-generation-in-id" "An event made anew has another id.",
    ConditionalUpdates "R10-conditional-updates" "An update is conditional on the version that was seen.",
    ConditionalDeletes "R10-conditional-deletes" "A delete is conditional on the version that was seen.",
    OldVersionsIgnored "R10-old-versions-ignored" "A sighting older than what is known is ignored.",
    CursorLast "R10-cursor-last" "The cursor is saved with the last of what it stands for.",
    AbsenceIsChecked "R10-absence-is-checked" "What a listing does not hold is looked at before it counts as deleted.",
    OwnWritesAreTold "R10-own-writes-are-told" "What was written since a cursor and is not in what it tells is looked at.",
    InterruptedIsReadWhole "R10-interrupted-is-read-whole" "Of what was taken in without its cursor an older cursor may tell nothing: all is listed.",
    BackIsReadWhole "R10-back-is-read-whole" "Nor may one of what came back after its listing: all is listed once more.",
    RemovedIsLookedAt "R10-removed-is-looked-at" "What a listing of a window holds no more is looked at: it may only have left the window.",
    MergeByUnit "R10-merge-by-unit" "Two edits of different units are both kept.",
    StampIsNoProof "R10-stamp-is-no-proof" "A stamp proves nothing once its intent is settled, or while its copy has another object.",
    FirstMadeIsOurs "R10-first-made-is-ours" "Of several events that bear the stamp of an open create the first that was made is its own.",
    AnsweredIsKnown "R10-answered-is-known" "What bears the stamp of a create that was answered with another id is an event of its own.",
    OthersAreNotFound "R10-others-are-not-found" "A look by stamp that finds what is another copy's has found nothing.",
    SurplusGoes "R10-surplus-goes" "A second object of ours for one copy is removed again.",
    GoneIsFoundByUid "R10-gone-is-found-by-uid" "What is gone and turns up in its calendar under its UID is the same event.",
    UnheardIsFoundByUid "R10-unheard-is-found-by-uid" "So is what was made here, has a create of which nothing was heard, and turns up under its UID.",
    TargetsOwnStaysDead "R10-targets-own-stays-dead" "A target's own dead event is not the link's to bring back.",
    PagesInTurn "R10-pages-in-turn" "What was read of a calendar counts only if nothing else that was read of it was digested since.",
    RotatedIsTheSame "R10-rotated-is-the-same" "Where ids do not last, what is gone and what has come with the same content are one event.",
    ReusedIdsTellNothing "R10-reused-ids-tell-nothing" "Where ids do not last, what has the id of an event that was gone, or another time and title, is another event.",
    HeirsTakeEdits "R10-heirs-take-edits" "What is edited on a second object is the edit of the copy that stays.",
    SecondsColorIsHanded "R10-seconds-color-is-handed" "The colour that somebody has chosen on an object that goes is that of the copy that stays.",
    SecondAsItWas "R10-second-as-it-was" "A second object that a person restores as it was is no edit of the first.",
    HeirsEditorsSawTheirs "R10-heirs-editors-saw-theirs" "Who edits a second object saw what its provider had, not what still waited here.",
    CoveredStays "L1-covered-stays" "What a mask covers does not flow in.",
    TargetsDoNotSend "L1-targets-do-not-send" "What is edited on a target does not flow.",
    UnseenIsKept "L1-unseen-is-kept" "What is noted on an occurrence is kept when somebody takes that away who does not see the note.",
    NotesStayNotes "L1-notes-stay-notes" "A note on an occurrence of which the mask hides it stays a note.",
    OwnPrivacyHides "L1-own-privacy-hides" "Where the mask keeps privacy from flowing, the copy's own decides what it hides.",
    WrittenWithPrivacy "L1-written-with-privacy" "What is written in the same look with turning an event private is for nobody else.",
    OnlyThatItIsPrivate "L1-only-that-it-is-private" "An occurrence that turns private elsewhere than it was made tells only that.",
    NotesFlowWhenPublic "L1-notes-flow-when-public" "What was noted on blocks flows once the event is public.",
    AgreedDecides "L2-agreed-decides" "Only what differs from what was agreed on is brought to a copy.",
    MaskedOutward "L2-masked-outward" "What is brought to a copy has gone through its mask.",
    PrivatesAreBlocks "L2-privates-are-blocks" "Of a private event others see that the time is taken.",
    PrivatesAreScrubbed "L2-privates-are-scrubbed" "What was shown of an event before it turned private goes from its mirrors.",
    PrivatesAreWithdrawn "L2-privates-are-withdrawn" "What an event had said goes once it turned private where the mask does not tell that.",
    LastCopyHides "L2-last-copy-hides" "What stayed for the sake of others' copies goes with the last of them.",
    OriginSeesAll "L2-origin-sees-all" "No mask hides from an event's own calendar what is private of it.",
    OwnIsLeft "L2-own-is-left" "What a person made is no block when the event turns private elsewhere.",
    UnwrittenIsTakenBack "L2-unwritten-is-taken-back" "What came along to a person's own copy and waits is not written once the event is private.",
    MixedTextGoes "L2-mixed-text-goes" "Others' words beside one's own in a text that waits are not written once the event is private.",
    OwnWordsAreKept "L2-own-words-are-kept" "One's own words that go with others' from a private event are kept as a loser.",
    SilencedIsKept "L2-silenced-is-kept" "What a calendar had said and is hidden from it now is kept as a loser where it gives way.",
    NotedIsKept "L2-noted-is-kept" "What was noted on a copy is kept as a loser where it gives way.",
    WhoHidesSeesLess "L2-who-hides-sees-less" "Whoever turns a mirror private has a block from then on.",
    OthersMayHide "L2-others-may-hide" "What another calendar has turned private stays so where the origin is private, too, and does not tell.",
    RespelledGoes "L2-respelled-goes" "What a provider has respelled is the same when it has to go.",
    DeletionFlows "L3-deletion-flows" "A deletion by a sender takes the other copies along.",
    TargetDeclines "L3-target-declines" "A deletion on a target is nobody else's.",
    MovesAreNoDeletions "L3-moves-are-no-deletions" "A deletion soon after the same event turned up in another calendar is half of a move.",
    TargetsEndNothing "L3-targets-end-nothing" "Of what a target moves away nobody else's copy leaves the link.",
    MovedAwayIsStripped "L3-moved-away-is-stripped" "What came along to a copy that was moved away, and waits, is not its own.",
    BackMayBeMoved "L3-back-may-be-moved" "What is brought back under another id may have been moved.",
    TwinsMayBeMoved "L3-twins-may-be-moved" "What turns up beside the same event elsewhere may have been moved from there.",
    MovedLivesOn "L4-moved-lives-on" "What turns up in another calendar under the UID of an event that died is that event.",
    LivesOnce "L4-lives-once" "What comes back to life while the same invitation has begun another event joins that one.",
    OwnEventsJoin "L4-own-events-join" "What people have under the UID of an event that comes back to life joins it.",
    OriginSpeaks "L4-origin-speaks" "What the new calendar of a moved event does not let out goes from the others.",
    HiddenStaysBehind "L4-hidden-stays-behind" "What was edited in a private event and not written is not brought to where it turns up.",
    SpeaksForWhatItHas "L4-speaks-for-what-it-has" "What was hidden from the calendar that speaks from now on is as that one has it.",
    AwayEditsAreKept "L4-away-edits-are-kept" "What was edited while away, and gave way, is kept if its event was moved.",
    DeadWordsAreKept "L4-dead-words-are-kept" "What was said to bring an event back that lives as another one is kept as a loser.",
    ReviveNeedsAnEdit "L4-revive-needs-an-edit" "A copy that comes back brings the others back only with an edit or a restore.",
    SourcesAreRead "L5-sources-are-read" "A source is never written.",
    TargetsDoNotOriginate "L5-targets-do-not-originate" "What is made on a target is not linked.",
    MaskAtOnce "L6-mask-at-once" "Another mask projects again at once.",
    MaskWithdraws "L6-mask-withdraws" "What the mask of an event's calendar lets out no more goes from the linked event.",
    SharedStays "L6-shared-stays" "But not what others have in copies of their own.",
    OnlyWhatTheyHave "L6-only-what-they-have" "Of a text that goes with the mask those lines stay that others have in copies that they have made.",
    SeenIsBrought "L6-seen-is-brought" "What an event's calendar sees with another mask is brought to it, though it may tell nothing of that.",
    OwnTextGoes "L6-own-text-goes" "A text goes though others have written into it, if it still has lines of this calendar.",
    OwnTextIsKnown "L6-own-text-is-known" "What a calendar has written into a text beside what came along stays when that is taken back.",
    HiddenIsTakenBack "L6-hidden-is-taken-back" "What came along, is hidden now and waits is not written any more.",
    NobodysIsTakenBack "L6-nobodys-is-taken-back" "Nor what has gone from the linked event since it came along.",
    ScrubbedIsKept "L6-scrubbed-is-kept" "What was written on a mirror and is scrubbed from it is kept as a loser.",
    OccurrencesStay "L6-occurrences-stay" "An occurrence that goes from the linked event with a mask stays where it was made.",
    GoneComesAsLetOut "L6-gone-comes-as-let-out" "What was gone while a mask became wider comes back as it is let out by then.",
    LeaverTakesUntold "L7-leaver-takes-untold" "What a calendar that leaves had said and no other one is shown goes with it.",
    RelinkMerges "L7-relink-merges" "A calendar that comes back is merged with what was agreed on as base.",
    BackWhileAwayLives "L7-back-while-away-lives" "What had died and came back to life while its calendar was away lives.",
    DeadCatchUp "L7-dead-catch-up" "A copy that died while apart catches up with the units, too.",
    MovedIsKept "L7-moved-is-kept" "What was edited on a copy that is gone, of an event that died meanwhile, is kept as a loser.",
    LivingIsNotDeclined "L7-living-is-not-declined" "A living copy that comes back is not declined.",
    BlocksBringNothing "L7-blocks-bring-nothing" "Nothing comes along to what a person made and turned private while its calendar was away.",
    BlocksComeBack "L7-blocks-come-back" "What turned private while its calendar was away is a block there when that comes back.",
    MeetByKey "L8-meet-by-key" "The same event in several calendars is one event when they are linked.",
    BlanksAreFilled "L8-blanks-are-filled" "What one of the calendars that meet has, and the linked event has nothing of, is taken into it.",
    LateTwinsJoin "L8-late-twins-join" "An invitation that turns up late joins the event that it is.",
    NotesOfMirrorsAreKept "L8-notes-of-mirrors-are-kept" "What was noted on a mirror that gives way is kept as a loser.",
    VeiledIsNotBrought "L8-veiled-is-not-brought" "What came along another way to a copy, waits, and is hidden once a private event is joined, is not written.",
    TargetsHideNothing "L8-targets-hide-nothing" "A target's own copy keeps nothing back by being private.",
    JoinersHide "L8-joiners-hide" "Who joins with a private copy is told nothing that this hides.",
    JoinersHideOccurrences "L8-joiners-hide-occurrences" "Nor what it hides of an occurrence.",
    WaitingIsNotRespelled "L8-waiting-is-not-respelled" "What waits to be written is not taken for what the provider has rewritten.",
    AlongIsAlong "L8-along-is-along" "What came along a link came along it, though the change was seen in this very calendar.",
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
