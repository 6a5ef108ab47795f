#include "moods.hpp"
#include <cstdio>
#include <sstream>
#include <vector>

static std::wstring fileIn(const std::wstring &name) {
  wchar_t folder[MAX_PATH];
  DWORD length = GetEnvironmentVariableW(L"EUCENTRIC_STAND_IN", folder, MAX_PATH);
  return length == 0 || length >= MAX_PATH ? L"" : std::wstring(folder, length) + L"\\" + name;
}

static std::vector<std::wstring> linesOf(const std::wstring &file) {
  std::vector<std::wstring> lines;
  FILE *opened = file.empty() ? nullptr : _wfopen(file.c_str(), L"r");
  if (!opened) return lines;
  wchar_t line[512];
  while (fgetws(line, 512, opened)) {
    std::wstring text(line);
    while (!text.empty() && (text.back() == L'\n' || text.back() == L'\r')) text.pop_back();
    if (!text.empty()) lines.push_back(text);
  }
  fclose(opened);
  return lines;
}

Memory::Memory(std::wstring name) : file_(fileIn(name + L".txt")) {
  for (const auto &line : linesOf(file_)) {
    size_t at = line.find(L'=');
    if (at != std::wstring::npos) numbers_[line.substr(0, at)] = wcstod(line.c_str() + at + 1, nullptr);
  }
}

double Memory::get(const std::wstring &name, double usual) const {
  auto found = numbers_.find(name);
  return found == numbers_.end() ? usual : found->second;
}

void Memory::set(const std::wstring &name, double value) {
  numbers_[name] = value;
  FILE *opened = file_.empty() ? nullptr : _wfopen(file_.c_str(), L"w");
  if (!opened) return;
  for (const auto &[each, number] : numbers_) fwprintf(opened, L"%ls=%.17g\n", each.c_str(), number);
  fclose(opened);
}

void note(const std::wstring &line) {
  std::wstring file = fileIn(L"journal.txt");
  FILE *opened = file.empty() ? nullptr : _wfopen(file.c_str(), L"a");
  if (!opened) return;
  fwprintf(opened, L"%ls\n", line.c_str());
  fclose(opened);
}

static long other = 0;

long otherAnswer() {
  long answer = other;
  other = 0;
  return answer;
}

// A mood is a line such as `Projection.Defocus crash`; it is taken off the list when it has come.
void followMood(const std::wstring &call) {
  std::wstring file = fileIn(L"moods.txt");
  if (file.empty() || GetFileAttributesW(file.c_str()) == INVALID_FILE_ATTRIBUTES) return;
  auto lines = linesOf(file);
  std::wstring mood;
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (line->substr(0, line->find(L' ')) != call) continue;
    mood = line->substr(line->find(L' ') + 1);
    lines.erase(line);
    break;
  }
  if (mood.empty()) return;
  if (lines.empty()) DeleteFileW(file.c_str());
  else {
    FILE *opened = _wfopen(file.c_str(), L"w");
    for (const auto &line : lines) fwprintf(opened, L"%ls\n", line.c_str());
    fclose(opened);
  }
  note(call + L" " + mood);
  std::wistringstream words(mood);
  std::wstring kind;
  words >> kind;
  double number = 0;
  words >> number;
  if (kind == L"answer") other = (long)number;
  if (kind == L"crash") TerminateProcess(GetCurrentProcess(), 0xC0000005);
  if (kind == L"late") Sleep((DWORD)number);
  if (kind == L"hang") Sleep(INFINITE);
  if (kind == L"busy") throw Failure{(HRESULT)0x8001010A, L""};
  if (kind == L"gone") throw Failure{(HRESULT)0x800706BA, L""};
  if (kind == L"refuse") throw Failure{(HRESULT)0x80040201, L"the column valves are closed"};
}
