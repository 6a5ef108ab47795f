// What a stand-in remembers from one process to the next, and the moods that a test puts it into. Both live in the folder that the
// variable EUCENTRIC_STAND_IN names: `state.txt` holds what was set, `moods.txt` what the next calls of a member come to, and
// `journal.txt` the commands to the stand-in.
#pragma once
#include "automation.hpp"

/// Numbers by name that outlive the process.
class Memory {
 public:
  explicit Memory(std::wstring name);
  /// The number of that name, `usual` when it was never set.
  double get(const std::wstring &name, double usual) const;
  void set(const std::wstring &name, double value);

 private:
  std::wstring file_;
  std::map<std::wstring, double> numbers_;
};

/// Writes a line to the journal.
void note(const std::wstring &line);
/// The number that the present call is to answer instead of doing anything; 0 for none.
long otherAnswer();
/// Does what a test has asked for: fails, is late, hangs or crashes.
void followMood(const std::wstring &call);
