#include "nodes/inspection/certificates.hpp"

#include "messages/error.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>
#include <vector>

namespace camnode {

namespace {

template <class T, void (*Free)(T*)>
struct freer {
  void operator()(T* x) const {
    Free(x);
  }
};

using certificate = std::unique_ptr<X509, freer<X509, X509_free>>;
using key = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY, EVP_PKEY_free>>;
using check_context
  = std::unique_ptr<X509_STORE_CTX, freer<X509_STORE_CTX, X509_STORE_CTX_free>>;

struct bio_freer {
  void operator()(BIO* x) const {
    BIO_free(x);
  }
};

using bio = std::unique_ptr<BIO, bio_freer>;

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

std::string text_of(const ASN1_TIME* x) {
  bio memory{BIO_new(BIO_s_mem())};
  ASN1_TIME_print(memory.get(), x);
  char text[64] = {};
  auto n = BIO_read(memory.get(), text, sizeof(text) - 1);
  return {text, static_cast<size_t>(n > 0 ? n : 0)};
}

std::string last_reason() {
  auto text = ERR_reason_error_string(ERR_peek_last_error());
  return text != nullptr ? text : "not usable";
}

/// Whether the certificate says that it is a person's.
bool is_of_a_person(X509* x) {
  return (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) != 0
         && (X509_get_extended_key_usage(x) & XKU_SSL_CLIENT) != 0;
}

/// What `verify` does with our own certificate.
struct verification {
  int error = X509_V_OK;
  int64_t expiry_s = std::numeric_limits<int64_t>::max();
};

int64_t seconds_of(const ASN1_TIME* x) {
  std::tm fields{};
  return ASN1_TIME_to_tm(x, &fields) == 1 ? timegm(&fields) : 0;
}

/// @param flags Of `X509_V_FLAG_...`.
verification verify(SSL_CTX* x, unsigned long flags) {
  check_context context{X509_STORE_CTX_new()};
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(x, &chain);
  X509_STORE_CTX_init(context.get(), SSL_CTX_get_cert_store(x),
                      SSL_CTX_get0_certificate(x), chain);
  X509_STORE_CTX_set_flags(context.get(), flags);
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context.get()),
                                   SSL_CTX_get_security_level(x));
  verification result;
  if (X509_verify_cert(context.get()) != 1)
    result.error = X509_STORE_CTX_get_error(context.get());
  auto used = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(used); ++i)
    result.expiry_s = std::min(result.expiry_s, seconds_of(X509_get0_notAfter(
                                                  sk_X509_value(used, i))));
  return result;
}

/// @returns What is wrong with the purpose of a certificate, or an empty text.
std::string why_unsuitable(X509* x, tls_end end) {
  if (end == tls_end::person)
    return is_of_a_person(x) ? ""
                             : ": is nobody's who may look: want "
                               "extendedKeyUsage=clientAuth (tools/make-certs)";
  if (is_of_a_person(x))
    return ": is one of those who may look, which a node should not have: want "
           "extendedKeyUsage=serverAuth (tools/make-certs)";
  if (X509_check_purpose(x, X509_PURPOSE_SSL_SERVER, 0) != 1)
    return ": is no node's: want extendedKeyUsage=serverAuth "
           "(tools/make-certs)";
  return "";
}

/// Reads the files of `x` into `context`.
/// @returns What is wrong, or an empty text.
std::string fill(SSL_CTX* context, const tls_files& x, tls_end end) {
  auto start = "cert-file=" + x.cert_file;
  if (read_certificates(x.cert_file).empty())
    return start + ": want a certificate (PEM)";
  if (SSL_CTX_use_certificate_chain_file(context, x.cert_file.c_str()) != 1)
    return start + ": " + last_reason();
  auto why = why_unsuitable(SSL_CTX_get0_certificate(context), end);
  if (!why.empty())
    return start + why;
  if (!is_key(x.key_file))
    return "key-file=" + x.key_file
           + ": want a private key (PEM) without passphrase";
  if (SSL_CTX_use_PrivateKey_file(context, x.key_file.c_str(), SSL_FILETYPE_PEM)
        != 1
      || SSL_CTX_check_private_key(context) != 1)
    return "key-file=" + x.key_file + ": is not the key of " + start;
  if (SSL_CTX_load_verify_locations(context, x.ca_file.c_str(), nullptr) != 1)
    return "ca-file=" + x.ca_file + ": want a certificate (PEM)";
  if (auto error = verify(context, X509_V_FLAG_NO_CHECK_TIME).error)
    return start + ": not vouched for by ca-file=" + x.ca_file + ": "
           + X509_verify_cert_error_string(error);
  return "";
}

} // namespace

caf::expected<tls_context_ptr> load_tls(const tls_files& x, tls_end end) {
  clean_errors scope;
  tls_context_ptr result{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  if (!result)
    return caf::make_error(ec::bad_configuration,
                           std::string{"OpenSSL has no TLS"});
  auto context = result.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  // Nobody comes so often that resuming would pay.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  auto why = fill(context, x, end);
  if (!why.empty())
    return caf::make_error(ec::bad_configuration, std::move(why));
  return result;
}

std::string why_unusable(const tls_files& x, tls_end end) {
  auto loaded = load_tls(x, end);
  return loaded ? std::string{} : reason_of(loaded.error());
}

std::string why_not_now(const tls_context_ptr& x) {
  clean_errors scope;
  auto own = SSL_CTX_get0_certificate(x.get());
  if (X509_cmp_current_time(X509_get0_notBefore(own)) > 0)
    return "not valid before " + text_of(X509_get0_notBefore(own));
  if (X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
    return "expired on " + text_of(X509_get0_notAfter(own));
  auto error = verify(x.get(), 0).error;
  return error == X509_V_OK ? "" : X509_verify_cert_error_string(error);
}

int64_t expiry_s(const tls_context_ptr& x) {
  clean_errors scope;
  return verify(x.get(), X509_V_FLAG_NO_CHECK_TIME).expiry_s;
}

bool is_of_a_person(ssl_st* connection) {
  certificate x{SSL_get1_peer_certificate(connection)};
  return x && is_of_a_person(x.get());
}

bool share_authority(const std::string& ca_file,
                     const std::string& other_ca_file) {
  clean_errors scope;
  auto others = read_certificates(other_ca_file);
  for (auto& x : read_certificates(ca_file))
    for (auto& y : others) {
      auto same = key{X509_get_pubkey(x.get())};
      auto other = key{X509_get_pubkey(y.get())};
      if (same && other && EVP_PKEY_eq(same.get(), other.get()) == 1)
        return true;
    }
  return false;
}

void keep_openssl_to_the_end() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

} // namespace camnode
