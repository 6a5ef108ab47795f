// A small base for automation servers that stand in for those of instruments: objects whose members are looked up by name.
// Test equipment; it shares nothing with the program that it tests.
#pragma once
#include <windows.h>
#include <oleauto.h>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// Thrown by a member to let the call fail, with words of its own or without.
struct Failure {
  HRESULT result;
  std::wstring description;
  bool late = false;
};

/// The arguments of a call, in the order in which they were given.
struct Given {
  DISPPARAMS *parameters;
  UINT count() const { return parameters->cArgs; }
  VARIANT &operator[](UINT at) const {
    if (at >= count()) throw Failure{DISP_E_BADPARAMCOUNT, L""};
    return parameters->rgvarg[count() - 1 - at];
  }
  double number(UINT at) const {
    VARIANT converted;
    VariantInit(&converted);
    if (FAILED(VariantChangeType(&converted, &(*this)[at], 0, VT_R8))) throw Failure{DISP_E_TYPEMISMATCH, L""};
    return converted.dblVal;
  }
  long whole(UINT at) const {
    VARIANT converted;
    VariantInit(&converted);
    if (FAILED(VariantChangeType(&converted, &(*this)[at], 0, VT_I4))) throw Failure{DISP_E_TYPEMISMATCH, L""};
    return converted.lVal;
  }
  bool flag(UINT at) const {
    VARIANT converted;
    VariantInit(&converted);
    if (FAILED(VariantChangeType(&converted, &(*this)[at], 0, VT_BOOL))) throw Failure{DISP_E_TYPEMISMATCH, L""};
    return converted.boolVal != VARIANT_FALSE;
  }
  std::wstring text(UINT at) const {
    if ((*this)[at].vt != VT_BSTR) throw Failure{DISP_E_TYPEMISMATCH, L""};
    return std::wstring((*this)[at].bstrVal ? (*this)[at].bstrVal : L"");
  }
  IDispatch *object(UINT at) const {
    if ((*this)[at].vt != VT_DISPATCH) throw Failure{DISP_E_TYPEMISMATCH, L""};
    return (*this)[at].pdispVal;
  }
  /// Writes the answer of an argument by reference.
  void answer(UINT at, double value) const {
    VARIANT &to = (*this)[at];
    switch (to.vt) {
      case VT_BYREF | VT_I2: *to.piVal = (SHORT)value; break;
      case VT_BYREF | VT_I4: *to.plVal = (LONG)value; break;
      case VT_BYREF | VT_R4: *to.pfltVal = (FLOAT)value; break;
      case VT_BYREF | VT_R8: *to.pdblVal = value; break;
      case VT_BYREF | VT_VARIANT:
        VariantClear(to.pvarVal);
        to.pvarVal->vt = VT_R8;
        to.pvarVal->dblVal = value;
        break;
      default: throw Failure{DISP_E_TYPEMISMATCH, L"the answer has nowhere to go"};
    }
  }
  void answer(UINT at, const std::wstring &value) const {
    VARIANT &to = (*this)[at];
    if (to.vt == (VT_BYREF | VT_BSTR)) {
      SysFreeString(*to.pbstrVal);
      *to.pbstrVal = SysAllocString(value.c_str());
    } else if (to.vt == (VT_BYREF | VT_VARIANT)) {
      VariantClear(to.pvarVal);
      to.pvarVal->vt = VT_BSTR;
      to.pvarVal->bstrVal = SysAllocString(value.c_str());
    } else throw Failure{DISP_E_TYPEMISMATCH, L"the answer has nowhere to go"};
  }
};

/// Answer of a call; a VARIANT that belongs to the caller.
struct Answer {
  VARIANT value;
  Answer() { VariantInit(&value); }
  Answer(long number) : Answer() { value.vt = VT_I4; value.lVal = number; }
  Answer(int number) : Answer((long)number) {}
  Answer(double number) : Answer() { value.vt = VT_R8; value.dblVal = number; }
  Answer(bool flag) : Answer() { value.vt = VT_BOOL; value.boolVal = flag ? VARIANT_TRUE : VARIANT_FALSE; }
  Answer(const std::wstring &text) : Answer() { value.vt = VT_BSTR; value.bstrVal = SysAllocStringLen(text.data(), (UINT)text.size()); }
  Answer(const wchar_t *text) : Answer(std::wstring(text)) {}
  /// Takes over one reference.
  Answer(IDispatch *object) : Answer() { value.vt = VT_DISPATCH; value.pdispVal = object; }
  Answer(SAFEARRAY *array, VARTYPE type) : Answer() { value.vt = VT_ARRAY | type; value.parray = array; }
};

/// Does the work of a call on a thread of the server's own, as a server in a program of its own would: nothing that it throws or does
/// to its stack concerns the caller.
void onOwnThread(const std::function<void()> &work);

class Object : public IDispatch {
 public:
  using Get = std::function<Answer(const Given &)>;
  using Put = std::function<void(const Given &)>;
  static LONG living;

  explicit Object(std::wstring title = L"") : title_(std::move(title)) { InterlockedIncrement(&living); }
  virtual ~Object() { InterlockedDecrement(&living); }

  void property(const std::wstring &name, Get get, Put put = nullptr) { add(name, Member{get, put, nullptr}); }
  /// A property that takes objects by reference only.
  void reference(const std::wstring &name, Get get, Put put) { add(name, Member{get, put, nullptr, true}); }
  void method(const std::wstring &name, Get call) { add(name, Member{nullptr, nullptr, call}); }
  void methodWithoutAnswer(const std::wstring &name, Put call) {
    add(name, Member{nullptr, nullptr, [call](const Given &given) { call(given); return Answer(); }});
  }
  /// A number that is kept and can be written.
  void number(const std::wstring &name, double &value) {
    property(name, [&value](const Given &) { return Answer(value); }, [&value](const Given &given) { value = given.number(given.count() - 1); });
  }
  /// What is done before every call; for the moods of a server.
  static std::function<void(const std::wstring &)> before;

  STDMETHODIMP QueryInterface(REFIID id, void **into) override {
    if (id == IID_IUnknown || id == IID_IDispatch) {
      *into = static_cast<IDispatch *>(this);
      AddRef();
      return S_OK;
    }
    *into = nullptr;
    return E_NOINTERFACE;
  }
  STDMETHODIMP_(ULONG) AddRef() override { return InterlockedIncrement(&references_); }
  STDMETHODIMP_(ULONG) Release() override {
    LONG left = InterlockedDecrement(&references_);
    if (left == 0) delete this;
    return left;
  }
  STDMETHODIMP GetTypeInfoCount(UINT *count) override { *count = 0; return S_OK; }
  STDMETHODIMP GetTypeInfo(UINT, LCID, ITypeInfo **) override { return E_NOTIMPL; }
  STDMETHODIMP GetIDsOfNames(REFIID, LPOLESTR *names, UINT count, LCID, DISPID *ids) override {
    auto found = ids_.find(lower(names[0]));
    ids[0] = found == ids_.end() ? DISPID_UNKNOWN : found->second;
    return found == ids_.end() || count != 1 ? DISP_E_UNKNOWNNAME : S_OK;
  }
  STDMETHODIMP Invoke(DISPID id, REFIID, LCID, WORD flags, DISPPARAMS *parameters, VARIANT *result, EXCEPINFO *exception, UINT *) override {
    if (id == DISPID_NEWENUM) return enumerate(result);
    if (id < 1 || id > (DISPID)members_.size()) return DISP_E_MEMBERNOTFOUND;
    HRESULT outcome = S_OK;
    // A copy, since a call may change what is there.
    Member member = members_[id - 1];
    onOwnThread([&] { outcome = perform(member, names_[id - 1], flags, Given{parameters}, result, exception); });
    return outcome;
  }

 protected:
  /// The elements of a collection; objects without elements have no list.
  std::vector<std::function<Answer()>> elements;
  bool isCollection = false;

 private:
  struct Member {
    Get get;
    Put put;
    Get call;
    bool onlyByReference = false;
  };
  class Enumerator;
  HRESULT perform(const Member &member, const std::wstring &name, WORD flags, const Given &given, VARIANT *result, EXCEPINFO *exception) {
    try {
      if (before) before(title_ + L"." + name);
      if (flags & (DISPATCH_PROPERTYPUT | DISPATCH_PROPERTYPUTREF)) {
        if (!member.put || (member.onlyByReference && !(flags & DISPATCH_PROPERTYPUTREF))) return DISP_E_MEMBERNOTFOUND;
        if (given.parameters->cNamedArgs != 1 || given.parameters->rgdispidNamedArgs[0] != DISPID_PROPERTYPUT) return DISP_E_PARAMNOTOPTIONAL;
        member.put(given);
        return S_OK;
      }
      Get get = (flags & DISPATCH_PROPERTYGET) && member.get ? member.get : (flags & DISPATCH_METHOD) ? member.call : nullptr;
      if (!get) return DISP_E_MEMBERNOTFOUND;
      Answer answer = get(given);
      if (result) *result = answer.value;
      else VariantClear(&answer.value);
      return S_OK;
    } catch (const Failure &failure) {
      if (failure.description.empty() || !exception) return failure.result;
      ZeroMemory(exception, sizeof *exception);
      exception->scode = failure.result;
      if (failure.late) {
        latest = failure.description;
        exception->pfnDeferredFillIn = &fillIn;
      } else {
        exception->bstrSource = SysAllocString(title_.c_str());
        exception->bstrDescription = SysAllocString(failure.description.c_str());
      }
      return DISP_E_EXCEPTION;
    }
  }
  static std::wstring latest;
  static HRESULT WINAPI fillIn(EXCEPINFO *exception) {
    exception->bstrSource = SysAllocString(L"late");
    exception->bstrDescription = SysAllocString(latest.c_str());
    exception->pfnDeferredFillIn = nullptr;
    return S_OK;
  }
  static std::wstring lower(std::wstring name) {
    for (auto &letter : name) letter = towlower(letter);
    return name;
  }
  void add(const std::wstring &name, Member member) {
    members_.push_back(std::move(member));
    names_.push_back(name);
    ids_[lower(name)] = (DISPID)members_.size();
  }
  HRESULT enumerate(VARIANT *result);

  LONG references_ = 1;
  std::wstring title_;
  std::vector<Member> members_;
  std::vector<std::wstring> names_;
  std::map<std::wstring, DISPID> ids_;
};

class Object::Enumerator : public IEnumVARIANT {
 public:
  explicit Enumerator(std::vector<std::function<Answer()>> elements) : elements_(std::move(elements)) { InterlockedIncrement(&living); }
  virtual ~Enumerator() { InterlockedDecrement(&living); }
  STDMETHODIMP QueryInterface(REFIID id, void **into) override {
    *into = id == IID_IUnknown || id == IID_IEnumVARIANT ? this : nullptr;
    if (!*into) return E_NOINTERFACE;
    AddRef();
    return S_OK;
  }
  STDMETHODIMP_(ULONG) AddRef() override { return InterlockedIncrement(&references_); }
  STDMETHODIMP_(ULONG) Release() override {
    LONG left = InterlockedDecrement(&references_);
    if (left == 0) delete this;
    return left;
  }
  STDMETHODIMP Next(ULONG count, VARIANT *into, ULONG *fetched) override {
    ULONG done = 0;
    while (done < count && at_ < elements_.size()) into[done++] = elements_[at_++]().value;
    if (fetched) *fetched = done;
    return done == count ? S_OK : S_FALSE;
  }
  STDMETHODIMP Skip(ULONG count) override { at_ += count; return S_OK; }
  STDMETHODIMP Reset() override { at_ = 0; return S_OK; }
  STDMETHODIMP Clone(IEnumVARIANT **) override { return E_NOTIMPL; }

 private:
  LONG references_ = 1;
  std::vector<std::function<Answer()>> elements_;
  size_t at_ = 0;
};

inline HRESULT Object::enumerate(VARIANT *result) {
  if (!isCollection) return DISP_E_MEMBERNOTFOUND;
  result->vt = VT_UNKNOWN;
  result->punkVal = new Enumerator(elements);
  return S_OK;
}

/// A collection of objects, as servers hand them out; counted from `first`.
class Collection : public Object {
 public:
  Collection(const std::wstring &title, std::vector<std::function<Answer()>> of, long first = 0) : Object(title) {
    isCollection = true;
    elements = std::move(of);
    property(L"Count", [this](const Given &) { return Answer((long)elements.size()); });
    Get item = [this, first](const Given &given) {
      long at = given.whole(0) - first;
      if (at < 0 || at >= (long)elements.size()) throw Failure{DISP_E_BADINDEX, L"there is no such element"};
      return elements[at]();
    };
    property(L"Item", item);
  }
};

/// Makes the object of one server.
using Maker = std::function<Object *()>;
/// The servers of this library: class, registered name and maker.
struct Server {
  CLSID id;
  const wchar_t *name;
  Maker make;
};
std::vector<Server> servers();
