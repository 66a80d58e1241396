import type { QuestionId } from '#domain/question';

/** Who asked, who examines, who runs the product: checked content of case.yaml. */
export interface About {
  /** The question in the words of the authority. */
  readonly question: string;
  /** To whom the report is addressed. */
  readonly authority: Party;
  readonly centre: Party;
  readonly vendor: VendorParty;
  readonly product: { readonly name: string; readonly kind: string | null };
  readonly releases: readonly KnownRelease[];
  readonly operators: readonly Operator[];
  /** BCP 47, the first is the report's own. */
  readonly languages: readonly string[];
  readonly gate: Gate;
}

export interface Party {
  readonly name: string;
  readonly office: string | null;
  readonly country: string | null;
}

export interface VendorParty extends Party {
  /** When the vendor was asked for its answer and gave it, ISO dates; null: not yet. */
  readonly askedAt: string | null;
  readonly answeredAt: string | null;
}

/** Three states of a target: say which was examined. */
export type TargetState = 'as-shipped' | 'as-configured' | 'as-running';

export interface KnownRelease {
  readonly label: string;
  /** ISO date; null: not known. */
  readonly releasedAt: string | null;
  readonly state: TargetState;
}

export interface Operator {
  readonly name: string;
  readonly deployments: readonly Deployment[];
}

/** An operator runs a release in a network part, from–to. */
export interface Deployment {
  readonly part: string;
  readonly release: string;
  /** How many units; null: not known. */
  readonly units: number | null;
  /** ISO dates; null: not known, or still running. */
  readonly from: string | null;
  readonly to: string | null;
}

/** What an answer needs to be more than interim. */
export interface Gate {
  /** Least share of bytes explained, 0..1. */
  readonly coverage: number;
  /** Least lower bound of power at level `careful`, 0..1. */
  readonly power: number;
  /** Required implant classes by question. A question without any is never above the gate. */
  readonly classes: Readonly<Partial<Record<QuestionId, readonly string[]>>>;
}
