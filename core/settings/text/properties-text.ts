import type { Place } from '../../base';
import type { Problem } from '../problem';
import type { Entry, PropertySource } from '../source';

/** One item of a properties file, in the order of the file. */
export type TextItem =
  | { readonly kind: 'blank' }
  /** A line of comment, with its `#`. */
  | { readonly kind: 'comment'; readonly text: string }
  /** A property with the comments after it and after its rows. */
  | {
      readonly kind: 'entry';
      readonly entry: Entry;
      readonly comment: string | undefined;
      readonly rowComments: readonly (string | undefined)[];
    }
  /** A line that SerialEM does not recognize here. */
  | { readonly kind: 'unknown'; readonly line: string; readonly place: Place }
  | { readonly kind: 'camera'; readonly section: TextSection };

/** The lines of one scope. */
export interface TextSection {
  readonly scope: 'general' | 'camera';
  readonly index?: number;
  /** The text after `CameraProperties`. */
  readonly indexText?: string | undefined;
  readonly place: Place;
  readonly items: readonly TextItem[];
  /** The comment behind `CameraProperties n`. */
  readonly comment?: string | undefined;
}

/** The contents of a properties file. */
export interface PropertiesText {
  readonly source: PropertySource;
  /** Everything in the file, including comments and unknown lines. */
  readonly general: TextSection;
  readonly problems: readonly Problem[];
}
