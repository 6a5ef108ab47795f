/** Quality of a result in one word, as the store has it. */
export type Verdict = 'good' | 'fair' | 'doubtful' | 'poor' | 'bad' | 'refused';

const colours: Readonly<Record<Verdict, 'fine' | 'caution'>> = {
  good: 'fine',
  fair: 'fine',
  doubtful: 'caution',
  poor: 'caution',
  bad: 'caution',
  refused: 'caution',
};

/** Colour of a verdict; a result without one is fine. */
export const colourOf = (verdict: Verdict | undefined): 'fine' | 'caution' => (verdict ? colours[verdict] : 'fine');
