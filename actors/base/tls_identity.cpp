#include "actors/base/tls_identity.hpp"

#include "messages/error.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>
#include <vector>

namespace camnode {

namespace {

template <class T, auto Free>
struct freer {
  void operator()(T* x) const {
    Free(x);
  }
};

using certificate = std::unique_ptr<X509, freer<X509, X509_free>>;
using key = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY, EVP_PKEY_free>>;
using bio = std::unique_ptr<BIO, freer<BIO, BIO_free>>;

/// Leaves no errors behind for whoever uses OpenSSL next on this thread.
struct clean_errors {
  clean_errors() {
    ERR_clear_error();
  }

  ~clean_errors() {
    ERR_clear_error();
  }
};

/// Refuses encrypted keys, instead of asking on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

std::vector<certificate> read_certificates(const std::string& path) {
  std::vector<certificate> result;
  bio file{BIO_new_file(path.c_str(), "r")};
  while (file) {
    certificate x{
      PEM_read_bio_X509(file.get(), nullptr, no_passphrase, nullptr)};
    if (!x)
      break;
    result.push_back(std::move(x));
  }
  return result;
}

bool is_key(const std::string& path) {
  bio file{BIO_new_file(path.c_str(), "r")};
  return file
         && key{PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase,
                                        nullptr)};
}

int64_t seconds_of(const ASN1_TIME* x) {
  std::tm fields{};
  return ASN1_TIME_to_tm(x, &fields) == 1 ? timegm(&fields) : 0;
}

/// `1 Jan 2021 00:00 UTC`
std::string day_of(int64_t seconds) {
  auto time = static_cast<std::time_t>(seconds);
  std::tm fields{};
  char text[64] = {};
  gmtime_r(&time, &fields);
  std::strftime(text, sizeof(text), "%e %b %Y %H:%M UTC", &fields);
  return text[0] == ' ' ? text + 1 : text;
}

tls_context_ptr new_context() {
  tls_context_ptr result{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  auto x = result.get();
  SSL_CTX_set_min_proto_version(x, TLS1_2_VERSION);
  SSL_CTX_set_default_passwd_cb(x, no_passphrase);
  // Nobody comes so often that resuming would pay.
  SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(x, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(x, 0);
  return result;
}

} // namespace

caf::expected<tls_identity_ptr>
tls_identity::read(const std::string& section, const certificate_files& files) {
  tls_identity_ptr result{new tls_identity(section, files)};
  result->renew();
  if (!result->content_.context)
    return caf::make_error(ec::bad_configuration, result->why_unusable_);
  return result;
}

std::string tls_identity::load(content& out) const {
  clean_errors scope;
  auto cert = section_ + "cert-file=" + files_.cert_file;
  auto key = section_ + "key-file=" + files_.key_file;
  auto all = read_certificates(files_.cert_file);
  if (all.empty())
    return cert + ": want a certificate (PEM)";
  auto context = new_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(),
                                         files_.cert_file.c_str())
      != 1) {
    auto reason = ERR_reason_error_string(ERR_peek_last_error());
    return cert + ": " + (reason != nullptr ? reason : "not usable");
  }
  if (X509_check_purpose(all[0].get(), X509_PURPOSE_SSL_SERVER, 0) != 1)
    return cert
           + ": is not for a server: want extendedKeyUsage=serverAuth "
             "(tools/make-certs)";
  if (!is_key(files_.key_file))
    return key + ": want a private key (PEM) without passphrase";
  if (SSL_CTX_use_PrivateKey_file(context.get(), files_.key_file.c_str(),
                                  SSL_FILETYPE_PEM)
        != 1
      || SSL_CTX_check_private_key(context.get()) != 1)
    return key + ": is not the key of " + cert;
  out.begin_s = seconds_of(X509_get0_notBefore(all[0].get()));
  out.expiry_s = std::numeric_limits<int64_t>::max();
  for (auto& x : all)
    out.expiry_s = std::min(out.expiry_s,
                            seconds_of(X509_get0_notAfter(x.get())));
  out.context = std::move(context);
  return {};
}

void tls_identity::renew() {
  auto now = marks();
  if (now == marks_)
    return;
  content next;
  auto why = load(next);
  marks_ = std::move(now);
  std::lock_guard<std::mutex> guard{mutex_};
  why_unusable_ = std::move(why);
  if (why_unusable_.empty())
    content_ = std::move(next);
}

std::string tls_identity::marks() const {
  std::string result;
  for (auto& path : {files_.cert_file, files_.key_file}) {
    struct stat x {};
    if (stat(path.c_str(), &x) != 0)
      result += "none ";
    for (auto n : {int64_t(x.st_ino), int64_t(x.st_size),
                   int64_t(x.st_mtim.tv_sec), int64_t(x.st_mtim.tv_nsec)})
      result += std::to_string(n) + " ";
  }
  return result;
}

tls_context_ptr tls_identity::context() const {
  auto now_s = int64_t{std::time(nullptr)};
  std::lock_guard<std::mutex> guard{mutex_};
  auto counts = content_.begin_s <= now_s && now_s < content_.expiry_s;
  return counts ? content_.context : nullptr;
}

std::string tls_identity::trouble() const {
  auto now_s = int64_t{std::time(nullptr)};
  std::lock_guard<std::mutex> guard{mutex_};
  if (!why_unusable_.empty())
    return why_unusable_;
  auto cert = section_ + "cert-file=" + files_.cert_file;
  if (now_s < content_.begin_s)
    return cert + ": not valid before " + day_of(content_.begin_s);
  if (now_s >= content_.expiry_s)
    return cert + ": expired on " + day_of(content_.expiry_s);
  return {};
}

int64_t tls_identity::expiry_s() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return content_.expiry_s;
}

void keep_openssl_to_the_end() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

} // namespace camnode
