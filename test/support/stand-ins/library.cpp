// The library that Windows loads: hands out the servers and enters them under their names.
#include "automation.hpp"
#include <cstdio>

LONG Object::living = 0;
std::wstring Object::latest;
std::function<void(const std::wstring &)> Object::before;
static HINSTANCE library;

static const std::function<void()> *job;
static HANDLE asked, answered;
static DWORD WINAPI serve(void *) {
  CoInitializeEx(nullptr, COINIT_MULTITHREADED);
  for (;;) {
    WaitForSingleObject(asked, INFINITE);
    (*job)();
    SetEvent(answered);
  }
}

void onOwnThread(const std::function<void()> &work) {
  static DWORD own;
  if (!asked) {
    asked = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    answered = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    CreateThread(nullptr, 0, serve, nullptr, 0, &own);
  }
  // A call that a call makes is part of it.
  if (GetCurrentThreadId() == own) return work();
  job = &work;
  SetEvent(asked);
  WaitForSingleObject(answered, INFINITE);
}

class Factory : public IClassFactory {
 public:
  explicit Factory(Maker make) : make_(std::move(make)) {}
  virtual ~Factory() = default;
  STDMETHODIMP QueryInterface(REFIID id, void **into) override {
    *into = id == IID_IUnknown || id == IID_IClassFactory ? this : nullptr;
    return *into ? (AddRef(), S_OK) : E_NOINTERFACE;
  }
  STDMETHODIMP_(ULONG) AddRef() override { return InterlockedIncrement(&references_); }
  STDMETHODIMP_(ULONG) Release() override {
    LONG left = InterlockedDecrement(&references_);
    if (left == 0) delete this;
    return left;
  }
  STDMETHODIMP CreateInstance(IUnknown *outer, REFIID id, void **into) override {
    if (outer) return CLASS_E_NOAGGREGATION;
    Object *made = make_();
    HRESULT result = made->QueryInterface(id, into);
    made->Release();
    return result;
  }
  STDMETHODIMP LockServer(BOOL) override { return S_OK; }

 private:
  LONG references_ = 1;
  Maker make_;
};

static void enter(const std::wstring &key, const wchar_t *name, const std::wstring &value) {
  HKEY opened;
  if (RegCreateKeyExW(HKEY_CLASSES_ROOT, key.c_str(), 0, nullptr, 0, KEY_WRITE, nullptr, &opened, nullptr) != ERROR_SUCCESS) return;
  RegSetValueExW(opened, name, 0, REG_SZ, (const BYTE *)value.c_str(), (DWORD)((value.size() + 1) * sizeof(wchar_t)));
  RegCloseKey(opened);
}

extern "C" __declspec(dllexport) HRESULT __stdcall DllRegisterServer() {
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(library, path, MAX_PATH);
  for (const auto &server : servers()) {
    wchar_t id[64];
    StringFromGUID2(server.id, id, 64);
    enter(std::wstring(L"CLSID\\") + id + L"\\InprocServer32", nullptr, path);
    enter(std::wstring(L"CLSID\\") + id + L"\\InprocServer32", L"ThreadingModel", L"Both");
    enter(std::wstring(server.name) + L"\\CLSID", nullptr, id);
  }
  return S_OK;
}

extern "C" __declspec(dllexport) HRESULT __stdcall DllGetClassObject(REFCLSID id, REFIID interfaceId, void **into) {
  for (const auto &server : servers()) {
    if (server.id != id) continue;
    auto *factory = new Factory(server.make);
    HRESULT result = factory->QueryInterface(interfaceId, into);
    factory->Release();
    return result;
  }
  return CLASS_E_CLASSNOTAVAILABLE;
}

extern "C" __declspec(dllexport) HRESULT __stdcall DllCanUnloadNow() { return S_FALSE; }

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID) {
  if (reason == DLL_PROCESS_ATTACH) library = instance;
  return TRUE;
}
