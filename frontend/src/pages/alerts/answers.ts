/** Names for what the API answers about alerts. */

import type { components } from "../../api/schema.gen";

type Schemas = components["schemas"];

export type Alert = Schemas["AlertBody"];
export type Alerts = Schemas["AlertsBody"];
export type AlertDetail = Schemas["AlertDetail"];
export type AlertEvidence = Schemas["AlertEvidenceBody"];
export type Backtest = Schemas["BacktestBody"];
export type BacktestAsked = Schemas["BacktestIn"];
export type Deliveries = Schemas["DeliveriesBody"];
export type Delivery = Schemas["DeliveryBody"];
export type Episode = Schemas["EpisodeBody"];
export type History = Schemas["HistoryBody"];
export type Matcher = Schemas["MatcherBody"];
export type Movements = Schemas["MovementsBody"];
export type Preview = Schemas["PreviewBody"];
export type Receiver = Schemas["ReceiverBody"];
export type Receivers = Schemas["ReceiversBody"];
export type Rule = Schemas["RuleBody"];
export type RuleGroup = Schemas["GroupBody"];
export type Rules = Schemas["RulesBody"];
export type Silence = Schemas["SilenceBody"];
export type Silences = Schemas["SilencesBody"];
export type Tested = Schemas["TestBody"];
export type TrialEpisode = Schemas["TrialEpisodeBody"];
export type Watched = Schemas["WatchedBody"];
export type Word = Schemas["WordBody"];
export type Labels = Readonly<Record<string, string>>;
