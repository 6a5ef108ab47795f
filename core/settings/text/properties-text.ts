import type { Place } from '../../base';
import type { Problem } from '../problem';
import type { Entry, PropertySource } from '../source';

/** Something that stands in a properties file, in the order of the file. */
export type TextItem =
  | { readonly kind: 'blank' }
  /** A line of comment, with its `#`. */
  | { readonly kind: 'comment'; readonly text: string }
  /** A property with the comments behind it and behind its rows. */
  | {
      readonly kind: 'entry';
      readonly entry: Entry;
      readonly comment: string | undefined;
      readonly rowComments: readonly (string | undefined)[];
    }
  /** A line that SerialEM would not recognise here. */
  | { readonly kind: 'unknown'; readonly line: string; readonly place: Place }
  | { readonly kind: 'camera'; readonly section: TextSection };

/** The lines of one scope. */
export interface TextSection {
  readonly scope: 'general' | 'camera';
  readonly index?: number;
  /** What is written behind `CameraProperties`. */
  readonly indexText?: string | undefined;
  readonly place: Place;
  readonly items: readonly TextItem[];
  /** The comment behind `CameraProperties n`. */
  readonly comment?: string | undefined;
}

/** A properties file that was read. */
export interface PropertiesText {
  readonly source: PropertySource;
  /** Everything in the file, comments and unknown lines included. */
  readonly general: TextSection;
  readonly problems: readonly Problem[];
}
