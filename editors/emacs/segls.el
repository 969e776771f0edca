;;; segls.el --- Segment queries with eglot  -*- lexical-binding: t; -*-

;; Copy this file to a folder of your load-path and put (require 'segls) into
;; your init file.  It needs segls on the PATH, and eglot: built into Emacs 29,
;; a package (elpa-eglot in Debian) for Emacs 26 to 28.

;;; Code:

(require 'eglot)

(defvar segment-query-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?' "\"" table)
    (modify-syntax-entry ?_ "w" table)
    table)
  "The syntax of segment queries: their comments and strings.")

(define-derived-mode segment-query-mode prog-mode "Segment Query"
  "Major mode for Dynamics 365 segment queries."
  (setq-local comment-start "// "
              comment-end ""
              indent-tabs-mode nil
              tab-width 2))

(add-to-list 'auto-mode-alist '("\\.seg\\'" . segment-query-mode))
(add-to-list 'eglot-server-programs '(segment-query-mode . ("segls")))
(add-hook 'segment-query-mode-hook #'eglot-ensure)

(provide 'segls)
;;; segls.el ends here
