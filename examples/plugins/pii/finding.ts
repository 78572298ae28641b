/** What kind of personal data was found. `mixed`: parts of several that overlap. */
export type FindingKind =
  | "email"
  | "card"
  | "iban"
  | "de-tax-id"
  | "es-dni"
  | "fr-nir"
  | "pl-pesel"
  | "mixed";

/** Where personal data stands in a text, in UTF-16 code units; `end` is the first one after it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly start: number;
  readonly end: number;
}

/** Finds one kind of personal data, in time linear in the length of the text. Its findings may overlap. */
export type Detector = (text: string) => Finding[];
